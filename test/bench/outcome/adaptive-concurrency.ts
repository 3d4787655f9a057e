// What a limit that learns and a pace are worth, alone and together, in the benchmark's scenarios and in others like them:
// `node --conditions=@spillway/source test/bench/outcome/adaptive-concurrency.ts [scenario letters] [--seeds N]`.
import { variedScenarios } from './adaptive-concurrency-scenarios.ts'
import { runOutcome, type OutcomeRow } from './run.ts'
import { adaptiveConcurrencyVariants, impatientVariants } from './strategies/adaptive-concurrency.ts'
import { expert } from './strategies/by-hand.ts'

const letters = process.argv[2]?.startsWith('--') === false ? process.argv[2] : ''
const seeds = Number(process.argv[process.argv.indexOf('--seeds') + 1] ?? 1) || 1
const mean = (rows: readonly OutcomeRow[], of: (row: OutcomeRow) => number): number =>
  rows.reduce((sum, row) => sum + of(row), 0) / rows.length

for (const scenario of variedScenarios) {
  const letter = scenario.name[1] as string
  if (letters && !letters.includes(letter)) continue
  console.log(`\n### ${scenario.name}\n`)
  console.log('| strategy | goodput % | p95 s | requests per success | upstream seconds wasted |')
  console.log('| --- | ---: | ---: | ---: | ---: |')
  const impatient = 'dGH'.includes(letter) ? impatientVariants : []
  for (const strategy of [expert, ...adaptiveConcurrencyVariants, ...impatient]) {
    const rows: OutcomeRow[] = []
    for (let seed = 1; seed <= seeds; seed++) rows.push(await runOutcome(scenario, strategy, seed))
    const goodput = (100 * mean(rows, (row) => row.succeeded)) / mean(rows, (row) => row.offered)
    const perSuccess = mean(rows, (row) => row.requests) / mean(rows, (row) => row.succeeded)
    console.log(
      `| ${strategy.name} | ${goodput.toFixed(1)} | ${(mean(rows, (row) => row.p95Ms) / 1000).toFixed(0)} | ${perSuccess.toFixed(2)} | ${mean(rows, (row) => row.wastedSeconds).toFixed(0)} |`,
    )
  }
}
