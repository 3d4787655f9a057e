// How long a target may try before the next one is asked: divisions of the deadline side by side.
// `node --conditions=@spillway/source test/bench/outcome/execute.ts [letters] [--seeds N]`
import { execute, standardPipeline } from '@spillway/core'
import { runOutcome, type OutcomeRow } from './run.ts'
import type { OutcomeScenario } from './scenarios.ts'
import { modelClassifier } from './strategies/spillway.ts'
import type { Strategy } from './strategies/strategy.ts'

const MINUTE = 60_000
const TOTAL_MS = 180_000
/** 40 generations at once, 30 s each: 80 a minute, of which others take a half. */
const well = {
  capacity: 40,
  queueLimit: 40,
  tenants: { lowRatio: 0.5, mediumRatio: 0.5, peakRatio: 0.5, highRatio: 0.5 },
}
const busy = { ...well, tenants: { lowRatio: 1.25, mediumRatio: 1.25, peakRatio: 1.25, highRatio: 1.25 } }
const phase = { atMs: 5 * MINUTE, durationMs: 10 * MINUTE }
const slow = { ...well, capacity: 120, phases: [{ kind: 'slow', factor: 3, ...phase } as const] }
const out = { ...well, phases: [{ kind: 'outage', fault: 'overloaded', ...phase } as const] }
const hanging = { ...well, phases: [{ kind: 'outage', fault: 'hang', ...phase } as const] }
const brownOut = { ...well, phases: [{ kind: 'brownOut', refusedRatio: 0.8, ...phase } as const] }
const common = { deadlineMs: TOTAL_MS, processes: 1, startsAtHour: 12, arrivals: { perMinute: 20, minutes: 20 } }

const scenarios: readonly OutcomeScenario[] = [
  { ...common, name: '(a) the first at 150 % demand', endpoints: { first: busy, second: well } },
  { ...common, name: '(b) an outage of the first', endpoints: { first: out, second: well } },
  { ...common, name: '(c) the first hangs', endpoints: { first: hanging, second: well } },
  { ...common, name: '(d) the first is three times as slow', endpoints: { first: slow, second: well } },
  {
    ...common,
    name: '(e) the first in a brown-out, the second at 150 %',
    endpoints: { first: brownOut, second: busy },
  },
  { ...common, name: '(f) the first hangs, the second at 150 %', endpoints: { first: hanging, second: busy } },
  { ...common, name: '(g) three: hangs, 150 %, well', endpoints: { first: hanging, second: busy, third: well } },
  { ...common, name: '(h) three: slow, slow, well', endpoints: { first: slow, second: slow, third: well } },
]

/** The share of what is left that a target with `after` others behind it may use. */
const divisions: readonly (readonly [string, (after: number) => number])[] = [
  ['timeouts add up', () => 1],
  ['three quarters', () => 0.75],
  ['two thirds', () => 2 / 3],
  ['half', () => 0.5],
  ['equal parts (default)', (after) => 1 / (after + 1)],
  ['a third', () => 1 / 3],
  ['a sixth', () => 1 / 6],
]

const dividing = (name: string, share: (after: number) => number, byTarget: Map<string, number>): Strategy => ({
  name,
  start(world, random) {
    const { clock, endpoints } = world
    const clients = endpoints.map((endpoint) => ({
      endpoint,
      calls: standardPipeline({
        clock,
        random,
        classifier: modelClassifier,
        name: endpoint,
        timeout: { totalMs: Infinity },
      }),
    }))
    return async (prompt) => {
      const startedAt = clock.now()
      const targets = clients.map(({ endpoint, calls }, i) => ({
        name: endpoint,
        operation: () => calls.execute(({ signal }) => world.ask(endpoint, prompt, signal)),
        // Read when the target's turn comes.
        get tryMs() {
          const after = clients.length - 1 - i
          return Math.max(1, (TOTAL_MS - (clock.now() - startedAt)) * (after === 0 ? 1 : share(after)))
        },
      }))
      const [primary, ...fallbacks] = targets as [(typeof targets)[number], ...typeof targets]
      const { value, target } = await execute({ primary, fallbacks, totalMs: TOTAL_MS, clock })
      byTarget.set(target, (byTarget.get(target) ?? 0) + 1)
      return value
    }
  },
})

const letters = process.argv[2]?.startsWith('--') === false ? process.argv[2] : ''
const seeds = Number(process.argv[process.argv.indexOf('--seeds') + 1] ?? 1) || 1

for (const scenario of scenarios) {
  if (letters && !letters.includes(scenario.name[1] as string)) continue
  console.log(`\n### ${scenario.name}\n`)
  console.log(
    '| a target may use | goodput % | by the first % | p50 s | p95 s | requests per success | seconds wasted |',
  )
  console.log('| --- | ---: | ---: | ---: | ---: | ---: | ---: |')
  for (const [name, share] of divisions) {
    const byTarget = new Map<string, number>()
    const rows: OutcomeRow[] = []
    for (let seed = 1; seed <= seeds; seed++)
      rows.push(await runOutcome(scenario, dividing(name, share, byTarget), seed))
    const mean = (of: (row: OutcomeRow) => number): number => rows.reduce((sum, row) => sum + of(row), 0) / rows.length
    const offered = mean((row) => row.offered)
    const succeeded = mean((row) => row.succeeded)
    const cells = [
      name,
      ((100 * succeeded) / offered).toFixed(1),
      ((100 * (byTarget.get('first') ?? 0)) / rows.length / offered).toFixed(1),
      (mean((row) => row.p50Ms) / 1000).toFixed(0),
      (mean((row) => row.p95Ms) / 1000).toFixed(0),
      (mean((row) => row.requests) / succeeded).toFixed(2),
      mean((row) => row.wastedSeconds).toFixed(0),
    ]
    console.log(`| ${cells.join(' | ')} |`)
  }
}
