// Which share of the calls offered during an overload succeeds within its deadline, how late, and at what cost, as Markdown:
// `pnpm bench:outcome [scenarios, as a,g2] [--seeds N]`. Virtual time and seeded: the same figures on every machine.
import { parseArgs } from 'node:util'
import { scenarios } from './scenarios.ts'
import { expert, fiveTries, noPolicy, plainRetries } from './strategies/by-hand.ts'
import { cockatielReadme, pRetryDefaults } from './strategies/libraries.ts'
import { genaiClient, openaiClient } from './strategies/official-clients.ts'
import { atOnce, scheduled } from './strategies/schedule.ts'
import { spillway } from './strategies/spillway.ts'
import type { Strategy } from './strategies/strategy.ts'
import { outcomeTable } from './table.ts'

const strategies = [noPolicy, openaiClient, genaiClient, fiveTries, pRetryDefaults, cockatielReadme, expert, spillway]
/** What only one scenario is about. */
const more: Readonly<Record<string, readonly Strategy[]>> = {
  g2: [plainRetries(60_000), plainRetries(120_000)],
  i: [atOnce, scheduled],
}

const { values, positionals } = parseArgs({ allowPositionals: true, options: { seeds: { type: 'string' } } })
const wanted = positionals[0]?.split(',')
for (const scenario of scenarios) {
  const letter = /\((\w+)\)/.exec(scenario.name)?.[1] ?? ''
  if (wanted !== undefined && !wanted.includes(letter)) continue
  console.log(await outcomeTable(scenario, [...strategies, ...(more[letter] ?? [])], Number(values.seeds ?? 1)))
}
