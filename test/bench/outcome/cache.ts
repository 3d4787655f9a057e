// What a cache and the coalescing of identical calls are worth where 30 % of the prompts come twice:
// `node --conditions=@spillway/source test/bench/outcome/cache.ts [--seeds N]`
import { runOutcome, type OutcomeRow } from './run.ts'
import { scenarios } from './scenarios.ts'
import { expert } from './strategies/by-hand.ts'
import { withCache } from './strategies/cache.ts'
import { spillway } from './strategies/spillway.ts'

const seeds = Number(process.argv[process.argv.indexOf('--seeds') + 1] ?? 1) || 1
const shared = { ttlMs: 0, staleIfErrorMs: 0 }
const strategies = [
  expert,
  spillway,
  withCache('shared in flight only, cache → timeout', 'outside', shared),
  withCache('shared in flight only, timeout → cache', 'inside', shared),
  withCache('cache defaults, cache → timeout', 'outside', {}),
  withCache('cache defaults, timeout → cache', 'inside', {}),
  withCache('5 minutes, no stale answers, cache → timeout', 'outside', { staleIfErrorMs: 0 }),
  withCache('5 minutes, no stale answers, timeout → cache', 'inside', { staleIfErrorMs: 0 }),
  withCache('kept for ever, cache → timeout', 'outside', { ttlMs: Infinity }),
  withCache('kept for ever, timeout → cache', 'inside', { ttlMs: Infinity }),
]

const sum = (rows: readonly OutcomeRow[], of: (row: OutcomeRow) => number): number =>
  rows.reduce((total, row) => total + of(row), 0)

// Spread over the half hour, and in quick succession: most of the repeated calls then find the first one at work.
const repeating = scenarios
  .filter(({ repeatRatio }) => repeatRatio !== undefined)
  .flatMap((scenario) => [scenario, { ...scenario, name: `${scenario.name}, repeated soon`, repeatAmong: 20 }])

for (const scenario of repeating) {
  console.log(`\n### ${scenario.name}\n`)
  console.log('| strategy | goodput % | p50 s | p95 s | requests per success | upstream seconds wasted |')
  console.log('| --- | ---: | ---: | ---: | ---: | ---: |')
  for (const strategy of strategies) {
    const rows: OutcomeRow[] = []
    for (let seed = 1; seed <= seeds; seed++) rows.push(await runOutcome(scenario, strategy, seed))
    const succeeded = sum(rows, (row) => row.succeeded)
    const cells = [
      ((100 * succeeded) / sum(rows, (row) => row.offered)).toFixed(1),
      (sum(rows, (row) => row.p50Ms) / seeds / 1000).toFixed(0),
      (sum(rows, (row) => row.p95Ms) / seeds / 1000).toFixed(0),
      (sum(rows, (row) => row.requests) / succeeded).toFixed(2),
      (sum(rows, (row) => row.wastedSeconds) / seeds).toFixed(0),
    ]
    console.log(`| ${strategy.name} | ${cells.join(' | ')} |`)
  }
}
