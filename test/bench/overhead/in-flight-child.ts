// `in-flight-child.ts <stack> <calls>`: starts so many calls, then ends them; prints what that took.
import { composed } from './stacks.ts'

const [name, count] = process.argv.slice(2)
const stack = composed().find((each) => each.name === name)
if (stack === undefined) throw new Error(`No stack is called ${name}.`)
const calls = Number(count)

let timers = 0
const { setTimeout: realSetTimeout } = globalThis
globalThis.setTimeout = Object.assign((...args: Parameters<typeof realSetTimeout>) => {
  timers++
  return realSetTimeout(...args)
}, realSetTimeout)

/** As many calls in one turn of the event loop. */
const CHUNK = 1000
const turn = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve))

/** Starts calls turn by turn, then ends them so. */
const cycle = async (total: number) => {
  const open: ((value: number) => void)[] = []
  const operation = (): Promise<number> => new Promise((resolve) => open.push(resolve))
  const promises: Promise<unknown>[] = []
  globalThis.gc?.()
  const heapBefore = process.memoryUsage().heapUsed
  const timersBefore = timers
  let longestTurn = 0
  const began = performance.now()
  while (promises.length < total) {
    const from = performance.now()
    for (let i = 0; i < CHUNK; i++) promises.push(stack.execute(operation))
    await turn()
    longestTurn = Math.max(longestTurn, performance.now() - from)
  }
  const startMs = performance.now() - began
  const armed = timers - timersBefore
  globalThis.gc?.()
  const bytes = (process.memoryUsage().heapUsed - heapBefore) / total
  const drained = performance.now()
  while (open.length > 0) {
    const from = performance.now()
    for (const resolve of open.splice(-CHUNK)) resolve(1)
    await turn()
    longestTurn = Math.max(longestTurn, performance.now() - from)
  }
  await Promise.all(promises)
  return { startMs, drainMs: performance.now() - drained, bytes, timers: armed, longestTurn }
}

await cycle(CHUNK)
await cycle(CHUNK)
console.log(JSON.stringify(await cycle(calls)))
process.exit(0)
