import { type Clock, type LearnedLoadProfile, type Prices, systemClock } from '@spillway/core'
import type { EndpointScenario } from '@spillway/simulator'
import { batchPolicy } from '../../make/batch-policy.ts'
import type { Place } from '../../make/place/place.ts'
import { type PolicyOptions, readPolicyFile } from '../../make/policy-file.ts'
import { placesOf, readAccess } from '../access.ts'
import { UsageError } from '../usage-error.ts'
import { deadlineOf, DEFAULT_DEADLINE, type Instant } from './moments.ts'
import { profileOf } from './load-profile.ts'
import { pricesFor } from './prices.ts'
import type { RunCommandOptions } from './run-command.ts'

/** Everything that a run is to be made with, once all of it has been found to be right. */
export interface RunPlan {
  readonly places: readonly Place[]
  readonly clock: Clock
  /** How many times as fast as life its time goes. */
  readonly rate: number
  readonly policy: PolicyOptions
  readonly profile: LearnedLoadProfile
  readonly prices: Prices | undefined
  readonly deadline: Instant
  /** What is known of the places, by their names: of those that are simulated, everything. */
  readonly endpoints?: Readonly<Record<string, EndpointScenario>>
  /** Ends what was started for it. */
  close(): Promise<void>
}

/**
 * Reads all files and variables that the options name.
 *
 * @throws UsageError and other errors of ours, each of which says what to put right
 */
export async function planRun(options: RunCommandOptions, env: NodeJS.ProcessEnv): Promise<RunPlan> {
  const { simulate, model, api, endpoint: endpoints, rpm, tpm, imagesPerDay, maxConcurrency, offPeak = false } = options
  const said = options.policy === undefined ? {} : await readPolicyFile(options.policy)
  const profile = await profileOf(options.out, options)
  const policy = batchPolicy({
    policy: said,
    requestsPerMinute: rpm,
    tokensPerMinute: tpm,
    imagesPerDay,
    maxConcurrency,
    profile,
    offPeak,
  })
  if (simulate === undefined) {
    const places = await placesOf(readAccess(env, { model, api, ...(endpoints !== undefined && { endpoints }) }))
    const clock = systemClock
    const rest = await rulesFor(places, clock, options)
    return { places, clock, rate: 1, policy, profile, ...rest, close: () => Promise.resolve() }
  }
  if (endpoints !== undefined || api !== undefined)
    throw new UsageError('--endpoint and --api are about real places: leave them out with --simulate.')
  const { simulatedPlaces } = await import('../simulated/simulated-places.ts')
  const simulated = await simulatedPlaces(simulate === true ? undefined : simulate, model)
  try {
    return { ...simulated, policy, profile, ...(await rulesFor(simulated.places, simulated.clock, options)) }
  } catch (error) {
    await simulated.close()
    throw error
  }
}

const rulesFor = async (
  places: readonly Place[],
  clock: Clock,
  options: RunCommandOptions,
): Promise<Pick<RunPlan, 'prices' | 'deadline'>> => ({
  prices: await pricesFor(options, [...new Set(places.map(({ model }) => model))]),
  deadline: deadlineOf(options.deadline ?? DEFAULT_DEADLINE, clock),
})
