import { runOutcome, type OutcomeRow } from './run.ts'
import type { OutcomeScenario } from './scenarios.ts'
import type { Strategy } from './strategies/strategy.ts'

const HEAD = [
  'strategy',
  'goodput %',
  'p50 s',
  'p95 s',
  'requests per success',
  'upstream seconds wasted',
  'recovery s',
] as const

const mean = (rows: readonly OutcomeRow[], of: (row: OutcomeRow) => number): number =>
  rows.reduce((sum, row) => sum + of(row), 0) / rows.length

const seconds = (ms: number): string =>
  Number.isFinite(ms) ? (ms / 1000).toFixed(0) : Number.isNaN(ms) ? '–' : 'never'

/** The mean, and the worst and the best seed where there are several and they differ. */
const goodput = (rows: readonly OutcomeRow[]): string => {
  const shares = rows.map(({ succeeded, offered }) => (100 * succeeded) / offered)
  const all = (100 * mean(rows, (row) => row.succeeded)) / mean(rows, (row) => row.offered)
  const [low, high] = [Math.min(...shares).toFixed(1), Math.max(...shares).toFixed(1)]
  return low === high ? all.toFixed(1) : `${all.toFixed(1)} (${low}–${high})`
}

const cells = (rows: readonly OutcomeRow[]): string[] => [
  goodput(rows),
  seconds(mean(rows, (row) => row.p50Ms)),
  seconds(mean(rows, (row) => row.p95Ms)),
  (mean(rows, (row) => row.requests) / mean(rows, (row) => row.succeeded)).toFixed(2),
  mean(rows, (row) => row.wastedSeconds).toFixed(0),
  seconds(mean(rows, (row) => row.recoveryMs)),
]

/** One scenario as a Markdown table: a line per strategy, over all seeds. */
export const outcomeTable = async (
  scenario: OutcomeScenario,
  strategies: readonly Strategy[],
  seeds: number,
): Promise<string> => {
  const lines = [`### ${scenario.name}`, '', `| ${HEAD.join(' | ')} |`, `| --- |${' ---: |'.repeat(HEAD.length - 1)}`]
  for (const strategy of strategies) {
    const rows: OutcomeRow[] = []
    for (let seed = 1; seed <= seeds; seed++) rows.push(await runOutcome(scenario, strategy, seed))
    lines.push(`| ${[strategy.name, ...cells(rows)].join(' | ')} |`)
  }
  return `${lines.join('\n')}\n`
}
