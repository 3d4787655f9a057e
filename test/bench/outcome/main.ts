// Which share of the calls offered during an overload succeeds within its deadline, how late, and at what cost:
// `pnpm bench:outcome [scenario letters] [--seeds N]`. Virtual time and seeded: the same figures on every machine.
import { runOutcome, type OutcomeRow } from './run.ts'
import { scenarios } from './scenarios.ts'
import { expert, fiveTries, noPolicy, officialClient } from './strategies/by-hand.ts'
import { atOnce, scheduled } from './strategies/schedule.ts'
import { spillway } from './strategies/spillway.ts'

const strategies = [noPolicy, officialClient, fiveTries, expert, spillway]
/** Calls that have a day's time, against the same without a schedule. */
const batch = [atOnce, scheduled]
const letters = process.argv[2]?.startsWith('--') === false ? process.argv[2] : ''
const seeds = Number(process.argv[process.argv.indexOf('--seeds') + 1] ?? 1) || 1

const seconds = (ms: number): string => (Number.isNaN(ms) ? '–' : (ms / 1000).toFixed(0))
const mean = (rows: readonly OutcomeRow[], of: (row: OutcomeRow) => number): number =>
  rows.reduce((sum, row) => sum + of(row), 0) / rows.length

for (const scenario of scenarios) {
  if (letters && !letters.includes(scenario.name[1] as string)) continue
  console.log(`\n### ${scenario.name}\n`)
  console.log('| strategy | goodput % | p50 s | p95 s | requests per success | upstream seconds wasted |')
  console.log('| --- | ---: | ---: | ---: | ---: | ---: |')
  for (const strategy of scenario.name.startsWith('(i)') ? [...strategies, ...batch] : strategies) {
    const rows: OutcomeRow[] = []
    for (let seed = 1; seed <= seeds; seed++) rows.push(await runOutcome(scenario, strategy, seed))
    const goodput = (100 * mean(rows, (row) => row.succeeded)) / mean(rows, (row) => row.offered)
    const perSuccess = mean(rows, (row) => row.requests) / mean(rows, (row) => row.succeeded)
    console.log(
      `| ${strategy.name} | ${goodput.toFixed(1)} | ${seconds(mean(rows, (row) => row.p50Ms))} | ${seconds(mean(rows, (row) => row.p95Ms))} | ${perSuccess.toFixed(2)} | ${mean(rows, (row) => row.wastedSeconds).toFixed(0)} |`,
    )
  }
}
