// What options around a call cost: `node --expose-gc --conditions=@spillway/source test/bench/overhead/call-options.ts [rounds]`.
import { pipeline, withCallOptions } from '@spillway/core'
import { measure } from './measure.ts'
import type { Stack } from './stacks.ts'

const calls = pipeline([])
const { signal } = new AbortController()
const rounds = Number(process.argv[2] ?? 75)
const bare: Stack = { name: 'bare await', execute: (fn) => fn() }
const plain: Stack = { name: 'empty pipeline', execute: (fn) => calls.execute(fn) }
const own: Stack = {
  name: 'signal and totalMs of its own',
  execute: (fn) => calls.execute(fn, { signal, totalMs: 60_000 }),
}
const around: Stack = {
  name: 'withCallOptions: signal, totalMs',
  execute: (fn) => withCallOptions({ signal, totalMs: 60_000 }, () => calls.execute(fn)),
}
const few: Stack = {
  name: 'withCallOptions: priority',
  execute: (fn) => withCallOptions({ priority: 1 }, () => calls.execute(fn)),
}

const show = async (when: string, stacks: readonly Stack[]): Promise<void> => {
  for (const { name, inSequence, atOnce, bytes, ns } of await measure(stacks, rounds))
    console.log(
      `| ${name}${when} | ${inSequence.median.toFixed(1)}× | ${atOnce.median.toFixed(1)}× | ${bytes.toFixed(0)} | ${ns.toFixed(0)} |`,
    )
}

console.log('| stack | in sequence | 64 at once | bytes per call | ns |')
console.log('| --- | ---: | ---: | ---: | ---: |')
await show('', [bare, plain, own])
withCallOptions({}, () => {})
await show(', used elsewhere', [bare, plain])
await show('', [bare, few, around])
