// What a call costs: `pnpm bench:overhead`. Ratios to a bare await within one interleaved run.
import { composed, singles, type Stack } from './stacks.ts'
import { measure, type Spread } from './measure.ts'

const rounds = Number(process.argv[2] ?? 15)
const text = ({ median, low, high, best }: Spread): string =>
  `${best.toFixed(1)}× | ${median.toFixed(1)}× (${low.toFixed(1)}–${high.toFixed(1)})`

const print = async (title: string, stacks: readonly Stack[]): Promise<void> => {
  console.log(`\n### ${title}\n`)
  console.log(
    '| stack | in sequence, quickest | median (quartiles) | 64 at once, quickest | median (quartiles) | bytes per call | ns |',
  )
  console.log('| --- | ---: | ---: | ---: | ---: | ---: | ---: |')
  for (const { name, inSequence, atOnce, bytes, ns } of await measure(stacks, rounds))
    console.log(`| ${name} | ${text(inSequence)} | ${text(atOnce)} | ${bytes.toFixed(0)} | ${ns.toFixed(0)} |`)
}

await print('Five policies: fallback, retry, circuit breaker, bulkhead, timeout', composed())
await print('One policy', singles())
process.exit(0)
