// A run as a process of its own: node queue-run.ts <queue URL> <folder> <number of items> <queue options as JSON>
import { runBatch } from '@spillway/batch'
import { type BatchQueueOptions, openBatchQueue } from '@spillway/bullmq'
import { itemsOf } from './queue-items.ts'

const [queueUrl = '', folder = '', count = '0', json = '{}'] = process.argv.slice(2)

const run = openBatchQueue(queueUrl, JSON.parse(json) as BatchQueueOptions).openRun()
const { stopped } = await runBatch({
  items: itemsOf(Number(count)),
  make: run.make,
  makerRemembers: true,
  maxConcurrency: 1000,
  folder,
  onEvent: (event) => {
    if (event.type === 'item.done' || event.type === 'item.failed' || event.type === 'item.unknown')
      run.recorded(event.id)
  },
})
await run.close({ finished: stopped === 'finished' })
process.disconnect?.()
// As the command does: a connection that is between two attempts cannot be closed.
setTimeout(() => process.exit(), 500).unref()
