// What a retry budget, the jitters and the age of unanswered calls are worth: variants of the standard pipeline side by side.
// `node --conditions=@spillway/source test/bench/outcome/retry.ts [letters] [--seeds N]`
import { scenarios, type OutcomeScenario } from './scenarios.ts'
import { standardWith } from './strategies/retry.ts'
import { outcomeTable } from './table.ts'

const MINUTE = 60_000

/** Calls that hang while others are refused: the oldest unanswered call says nothing about the next. */
const hangingInABrownOut: OutcomeScenario = {
  name: '(x) 5 % of calls hang, in a 10-minute brown-out',
  deadlineMs: 180_000,
  processes: 1,
  startsAtHour: 12,
  endpoints: {
    official: {
      capacity: 40,
      queueLimit: 40,
      tenants: { lowRatio: 0.6, mediumRatio: 0.6, peakRatio: 0.6, highRatio: 0.6 },
      faults: [{ fault: 'hang', ratio: 0.05 }],
      phases: [{ kind: 'brownOut', atMs: 5 * MINUTE, durationMs: 10 * MINUTE, refusedRatio: 0.5, capacityRatio: 0.6 }],
    },
  },
  arrivals: { perMinute: 20, minutes: 25 },
}

const strategies = [
  standardWith('retry, defaults', {}),
  standardWith('jitter full', { retry: { jitter: 'full' } }),
  standardWith('jitter equal', { retry: { jitter: 'equal' } }),
  standardWith('jitter decorrelated', { retry: { jitter: 'decorrelated' } }),
  standardWith('budget 20 %, slows', { budget: {} }),
  standardWith('budget 10 %, slows', { budget: { retryRatio: 0.1, minRetries: 3 } }),
  standardWith('budget 20 %, refuses', { budget: { whenSpent: 'refuse' } }),
  standardWith('budget 10 %, refuses', { budget: { retryRatio: 0.1, minRetries: 3, whenSpent: 'refuse' } }),
  standardWith('not when the oldest is older than what is left', { rank: 0 }),
  standardWith('not when the second oldest is', { rank: 1 }),
  standardWith('not when the fourth oldest is', { rank: 3 }),
]
const letters = process.argv[2]?.startsWith('--') === false ? process.argv[2] : ''
const seeds = Number(process.argv[process.argv.indexOf('--seeds') + 1] ?? 1) || 1

for (const scenario of [...scenarios, hangingInABrownOut])
  if (!letters || letters.includes(scenario.name[1] as string))
    console.log(await outcomeTable(scenario, strategies, seeds))
