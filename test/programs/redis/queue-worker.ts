// A worker as a process of its own: node queue-worker.ts <queue URL> <simulator URL> <options as JSON>
import { createMaker, openaiPlace, type Make } from '@spillway/batch'
import { type BatchQueueOptions, openBatchQueue } from '@spillway/bullmq'

/** How the worker of the test differs from the default. */
export interface WorkerSettings {
  readonly queue?: BatchQueueOptions
  /** Whether its endpoint hears of idempotency keys, and the queue relies on it. */
  readonly idempotent?: boolean
  readonly concurrency?: number
}

const [queueUrl = '', simulatorUrl = '', json = '{}'] = process.argv.slice(2)
const { queue: options, idempotent = false, concurrency = 2 }: WorkerSettings = JSON.parse(json) as WorkerSettings

const relay = openaiPlace({ name: 'relay', apiKey: 'any', baseUrl: `${simulatorUrl}/v1`, model: 'painter' })
const maker = createMaker({ places: [relay], policy: { retry: { maxAttempts: 1 }, failover: { queueLimit: 0 } } })
const make: Make = async (item, { idempotencyKey = '', ...rest }) =>
  maker.make(item, idempotent ? { ...rest, idempotencyKey } : rest)
const worker = openBatchQueue(queueUrl, options).work({
  make,
  concurrency,
  idempotent,
  listener: (event) => process.send?.(event.type),
})
process.once('SIGTERM', () => void worker.stop())
await worker.ended
maker.dispose()
process.disconnect?.()
// As the command does: a connection that is between two attempts cannot be closed.
setTimeout(() => process.exit(), 500).unref()
