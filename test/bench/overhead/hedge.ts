// What hedging costs a call that needs none: `node --expose-gc --conditions=@spillway/source test/bench/overhead/hedge.ts [rounds]`.
import { failover, hedge, pipeline, standardPipeline, type Pipeline } from '@spillway/core'
import { measure } from './measure.ts'
import type { Stack } from './stacks.ts'

const ours = (name: string, made: Pipeline<unknown>): Stack => ({ name, execute: (fn) => made.execute(fn) })
const pool = () => failover({ endpoints: [{ name: 'one' }] })

const stacks: readonly Stack[] = [
  { name: 'bare await', execute: (fn) => fn() },
  ours('empty pipeline', pipeline([])),
  ours('hedge, evidence', pipeline([hedge()])),
  ours('hedge, after a delay', pipeline([hedge({ delayMs: 30_000 })])),
  ours('failover', pipeline([pool()])),
  ours('hedge, failover', pipeline([hedge(), pool()])),
  ours('standard pipeline', standardPipeline()),
]
console.log('| stack | in sequence | 64 at once | bytes per call | ns |')
console.log('| --- | ---: | ---: | ---: | ---: |')
for (const { name, inSequence, atOnce, bytes, ns } of await measure(stacks, Number(process.argv[2] ?? 15)))
  console.log(
    `| ${name} | ${inSequence.median.toFixed(1)}× | ${atOnce.median.toFixed(1)}× | ${bytes.toFixed(0)} | ${ns.toFixed(0)} |`,
  )
