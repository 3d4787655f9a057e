// A run as a process of its own, in which each picture costs 1:
// node queue-run.ts <queue URL> <folder> <number of items> <queue options as JSON> [the most that it may cost]
import { runBatch } from '@spillway/batch'
import { type BatchQueueOptions, openBatchQueue } from '@spillway/bullmq'
import { itemsOf } from './queue-items.ts'

const [queueUrl = '', folder = '', count = '0', json = '{}', maxCost = 'Infinity'] = process.argv.slice(2)

const run = openBatchQueue(queueUrl, JSON.parse(json) as BatchQueueOptions).openRun()
const { stopped } = await runBatch({
  items: itemsOf(Number(count)),
  make: run.make,
  makerRemembers: true,
  maxConcurrency: 1000,
  maxCost: Number(maxCost),
  estimateCost: () => 1,
  folder,
  onEvent: (event) => {
    if (event.type === 'item.done' || event.type === 'item.failed' || event.type === 'item.unknown')
      run.recorded(event.id)
  },
})
await run.close({ finished: stopped === 'finished' })
// As the command does.
if (stopped === 'cost') process.exitCode = 3
process.disconnect?.()
// As the command does: a connection that is between two attempts cannot be closed.
setTimeout(() => process.exit(), 500).unref()
