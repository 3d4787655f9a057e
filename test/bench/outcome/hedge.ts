// What hedging is worth: variants of the standard pipeline side by side.
// `node --conditions=@spillway/source test/bench/outcome/hedge.ts [letters] [--seeds N]`
import { runOutcome, type OutcomeRow } from './run.ts'
import { scenarios, type OutcomeScenario } from './scenarios.ts'
import { noPolicy } from './strategies/by-hand.ts'
import { standardHedged } from './strategies/hedge.ts'

const MINUTE = 60_000
const upstream = { capacity: 40, queueLimit: 40 }
const others = (ratio: number) => ({ lowRatio: ratio, mediumRatio: ratio, peakRatio: ratio, highRatio: ratio })
const common = { deadlineMs: 180_000, processes: 1, startsAtHour: 12 }
const busy = { ...upstream, tenants: others(0.4) }

/** What the common scenarios do not show of hedging. */
const more: readonly OutcomeScenario[] = [
  {
    ...common,
    name: '(A) 20 % of calls hang',
    endpoints: { official: { ...busy, faults: [{ fault: 'hang', ratio: 0.2 }] } },
    arrivals: { perMinute: 20, minutes: 20 },
  },
  {
    ...common,
    name: '(B) two endpoints, the first hangs in 30 %',
    endpoints: { official: { ...busy, faults: [{ fault: 'hang', ratio: 0.3 }] }, relay: busy },
    arrivals: { perMinute: 20, minutes: 20 },
  },
  {
    ...common,
    name: '(C) 5 % hang, five calls a minute',
    endpoints: { official: { ...busy, faults: [{ fault: 'hang', ratio: 0.05 }] } },
    arrivals: { perMinute: 5, minutes: 60 },
  },
  {
    ...common,
    name: '(D) 5 % hang during a brown-out',
    endpoints: {
      official: {
        ...busy,
        faults: [{ fault: 'hang', ratio: 0.05 }],
        phases: [{ kind: 'brownOut', atMs: 5 * MINUTE, durationMs: 10 * MINUTE, refusedRatio: 0.5 }],
      },
    },
    arrivals: { perMinute: 20, minutes: 20 },
  },
]

const strategies = [
  noPolicy,
  standardHedged('standard, no hedge', false),
  standardHedged('hedge, evidence (default)', {}),
  standardHedged('hedge after p95', { delayQuantile: 0.95 }),
  standardHedged('hedge after 60 s', { delayMs: 60_000 }),
]
const letters = process.argv[2]?.startsWith('--') === false ? process.argv[2] : ''
const seeds = Number(process.argv[process.argv.indexOf('--seeds') + 1] ?? 1) || 1
const mean = (rows: readonly OutcomeRow[], of: (row: OutcomeRow) => number): number =>
  rows.reduce((sum, row) => sum + of(row), 0) / rows.length

for (const scenario of [...scenarios, ...more]) {
  if (letters && !letters.includes(scenario.name[1] as string)) continue
  console.log(`\n### ${scenario.name}\n`)
  console.log('| strategy | goodput % | p50 s | p95 s | requests per success | upstream seconds wasted |')
  console.log('| --- | ---: | ---: | ---: | ---: | ---: |')
  for (const strategy of strategies) {
    const rows: OutcomeRow[] = []
    for (let seed = 1; seed <= seeds; seed++) rows.push(await runOutcome(scenario, strategy, seed))
    const succeeded = mean(rows, (row) => row.succeeded)
    const goodput = (100 * succeeded) / mean(rows, (row) => row.offered)
    const p = (of: (row: OutcomeRow) => number): string => (mean(rows, of) / 1000).toFixed(0)
    const perSuccess = mean(rows, (row) => row.requests) / succeeded
    console.log(
      `| ${strategy.name} | ${goodput.toFixed(1)} | ${p((row) => row.p50Ms)} | ${p((row) => row.p95Ms)} | ${perSuccess.toFixed(3)} | ${p((row) => row.wastedSeconds * 1000)} |`,
    )
  }
}
