// What waiting for calm hours is worth: scenario (i) at once and with a schedule, in variants of its options, with a worse
// peak, and for a file of a thousand prompts at noon.
// `node --conditions=@spillway/source test/bench/outcome/schedule.ts [--seeds N]`
import { runOutcome, type OutcomeRow } from './run.ts'
import { scenarios, type OutcomeScenario } from './scenarios.ts'
import { expert, fiveTries } from './strategies/by-hand.ts'
import { atOnce, scheduledVariants } from './strategies/schedule.ts'

const seeds = Number(process.argv[process.argv.indexOf('--seeds') + 1] ?? 1) || 1
const overADay = scenarios.find(({ name }) => name.startsWith('(i)')) as OutcomeScenario
const atNoon: OutcomeScenario = {
  ...overADay,
  name: 'the same thousand at noon',
  arrivals: { burst: 1000 },
  startsAtHour: 12,
}
/** A worse afternoon than the field reports: half as much again as the provider has. */
const worse: OutcomeScenario = {
  ...overADay,
  name: 'over a day with a peak of 150 %',
  endpoints: Object.fromEntries(
    Object.entries(overADay.endpoints).map(([name, endpoint]) => [name, { ...endpoint, tenants: { peakRatio: 1.5 } }]),
  ),
}

const mean = (rows: readonly OutcomeRow[], of: (row: OutcomeRow) => number): number =>
  rows.reduce((sum, row) => sum + of(row), 0) / rows.length

for (const scenario of [overADay, worse, atNoon]) {
  console.log(`\n### ${scenario.name}\n`)
  console.log('| strategy | goodput % | p50 h | p95 h | requests per success | upstream seconds wasted |')
  console.log('| --- | ---: | ---: | ---: | ---: | ---: |')
  for (const strategy of [fiveTries, expert, atOnce, ...scheduledVariants]) {
    const rows: OutcomeRow[] = []
    for (let seed = 1; seed <= seeds; seed++) rows.push(await runOutcome(scenario, strategy, seed))
    const hours = (of: (row: OutcomeRow) => number): string => (mean(rows, of) / 3_600_000).toFixed(2)
    const goodput = (100 * mean(rows, (row) => row.succeeded)) / mean(rows, (row) => row.offered)
    const perSuccess = mean(rows, (row) => row.requests) / mean(rows, (row) => row.succeeded)
    const wasted = mean(rows, (row) => row.wastedSeconds).toFixed(0)
    console.log(
      `| ${strategy.name} | ${goodput.toFixed(1)} | ${hours((row) => row.p50Ms)} | ${hours((row) => row.p95Ms)} | ${perSuccess.toFixed(3)} | ${wasted} |`,
    )
  }
}
