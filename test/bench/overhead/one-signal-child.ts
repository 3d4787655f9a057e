// `one-signal-child.ts <stack> <calls>`: so many calls in a row, and a thousand at once, that all get one signal.
import { getEventListeners } from 'node:events'
import { composed } from './stacks.ts'

const [name, count] = process.argv.slice(2)
const stack = composed().find((each) => each.name === name)
if (stack === undefined) throw new Error(`No stack is called ${name}.`)
const calls = Number(count)
const answer = async (): Promise<number> => 1
const { signal } = new AbortController()
const listeners = (): number => getEventListeners(signal, 'abort').length
const heap = (): number => {
  globalThis.gc?.()
  return process.memoryUsage().heapUsed
}

process.removeAllListeners('warning')
for (let i = 0; i < 3000; i++) await stack.execute(answer, signal)
const before = heap()
const began = performance.now()
for (let i = 0; i < calls; i++) await stack.execute(answer, signal)
const tookMs = performance.now() - began
const keptBytes = heap() - before
const left = listeners()

let release = (): void => {}
const open = new Promise<number>((resolve) => {
  release = () => resolve(1)
})
const atOnce = Array.from({ length: 1000 }, () => stack.execute(() => open, signal))
const during = listeners()
release()
await Promise.all(atOnce)
console.log(JSON.stringify({ tookMs, keptBytes, left, during, leftAfter: listeners() }))
process.exit(0)
