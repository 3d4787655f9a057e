import { checkKnown, checkNumber, InvalidOptionsError, type LoadProfile, type Prices } from '@spillway/core'
import type { StandardPipelineOptions, Usage } from '@spillway/core'
import type { EndpointScenario, QuotaScenario } from '@spillway/simulator'

/** Options of {@link forecastBatch}. */
export interface ForecastOptions {
  /** How many items are to be made: an integer from 1. */
  readonly items: number
  /**
   * What the run's pipeline is made with: the options of `standardPipeline`. Stores, plugins and whoever learns are not
   * touched. @default its defaults
   */
  readonly pipeline?: Omit<StandardPipelineOptions, 'clock' | 'random' | 'classifier' | 'plugins'>
  /** How many items are in the pipeline at once: an integer from 1, or `Infinity`. @default Infinity */
  readonly maxConcurrency?: number
  /** When the run begins, in milliseconds since 1970 UTC. @default now */
  readonly startsAt?: number
  /** How long the run may take, in milliseconds above 0, or `Infinity`: what is not made by then is left. @default Infinity */
  readonly deadlineMs?: number
  /** What all items together may cost, above 0: what would pass it is left. @default Infinity */
  readonly maxCost?: number
  /** What each model costs. @default nothing is known of the cost */
  readonly prices?: Prices
  /** The model that is asked where an endpoint names none. @default none */
  readonly model?: string
  /** What one item uses. @default 1 image, 20 tokens of input, 1290 of output */
  readonly usage?: Usage
  /** The limits that the provider keeps to, for each endpoint. @default none */
  readonly quota?: QuotaScenario
  /** How busy the provider is by the hour, for instance learned from earlier runs. @default the schedule's, else the usual bands */
  readonly profile?: LoadProfile
  /** What endpoints are like of which more is known, by name, in the words of a simulator's scenario. @default assumed */
  readonly endpoints?: Readonly<Record<string, EndpointScenario>>
  /** How many times the run is played, each with other chance: an integer from 1. @default 5, fewer for more than 2000 items */
  readonly seeds?: number
}

const KNOWN: readonly (keyof ForecastOptions)[] = [
  ...(['items', 'pipeline', 'maxConcurrency', 'startsAt', 'deadlineMs', 'maxCost', 'prices', 'model'] as const),
  ...(['usage', 'quota', 'profile', 'endpoints', 'seeds'] as const),
]

/** @throws InvalidOptionsError naming what is wrong */
export const checkForecastOptions = (options: ForecastOptions): void => {
  checkKnown('forecastBatch', options, KNOWN)
  const { items, maxConcurrency = 1, startsAt = 0, deadlineMs = 1, maxCost = 1, seeds = 1, usage = {} } = options
  checkNumber('forecastBatch.items', items, { min: 1, integer: true })
  checkNumber('forecastBatch.maxConcurrency', maxConcurrency, { min: 1, integer: true, infinite: true })
  checkNumber('forecastBatch.startsAt', startsAt, { min: 0 })
  checkNumber('forecastBatch.deadlineMs', deadlineMs, { min: Number.MIN_VALUE, infinite: true })
  checkNumber('forecastBatch.maxCost', maxCost, { min: Number.MIN_VALUE, infinite: true })
  checkNumber('forecastBatch.seeds', seeds, { min: 1, integer: true })
  for (const [unit, amount] of Object.entries(usage)) checkNumber(`forecastBatch.usage.${unit}`, amount, { min: 0 })
  if (options.profile !== undefined && typeof options.profile.levelAt !== 'function')
    throw new InvalidOptionsError('forecastBatch.profile', options.profile, 'a load profile, such as loadProfile()')
}
