// Run as a process of its own: a monitor at work is no reason for it to go on.
import { pipeline } from '@spillway/core'
import { monitor, statusFeed, stderrSink } from '../../index.ts'

const calls = pipeline([])
const watch = monitor({
  feeds: [statusFeed('page', async () => 'down'), statusFeed('deaf', () => new Promise(() => {}))],
  alerts: { sinks: [stderrSink()] },
})
await calls.execute(async () => 'an image')
console.log(watch.health().endpoints.length)
