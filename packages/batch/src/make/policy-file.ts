import { readFile } from 'node:fs/promises'
import {
  aimdLimit,
  type AimdLimitOptions,
  checkKnown,
  constantBackoff,
  exponentialBackoff,
  InvalidOptionsError,
  type LoadBand,
  loadProfile,
  standardPipeline,
  type StandardPipelineOptions,
} from '@spillway/core'
import { whyUnreadable } from '../input/why-unreadable.ts'

/** What of the standard pipeline a policy file may say: everything that is data. */
export type PolicyOptions = Pick<
  StandardPipelineOptions,
  | 'timeout'
  | 'schedule'
  | 'bulkhead'
  | 'retry'
  | 'hedge'
  | 'failover'
  | 'rateLimit'
  | 'adaptiveConcurrency'
  | 'circuitBreaker'
>

/** A policy file cannot be read, or says what cannot be. The message names the file, the option and what it takes. */
export class PolicyFileError extends Error {
  override readonly name = 'PolicyFileError'
  readonly code = 'ERR_SPILLWAY_POLICY_FILE'
}

/** What each policy takes from a file. Functions, stores and strategies are for code. */
const FIELDS: Readonly<Record<keyof PolicyOptions, readonly string[]>> = {
  timeout: ['totalMs', 'attemptMs', 'connectMs', 'firstByteMs', 'idleMs'],
  schedule: ['profile', 'calmUpTo', 'latestStartMs', 'busyConcurrency', 'spreadMs'],
  bulkhead: ['maxConcurrency', 'queueLimit', 'maxWaitMs', 'order', 'reserve'],
  retry: ['maxAttempts', 'maxRerolls', 'backoff', 'jitter'],
  hedge: ['delayMs', 'delayQuantile', 'maxHedges', 'budgetRatio', 'sameEndpoint'],
  failover: ['order', 'maxCost', 'ejectForMs', 'maxEjectedRatio', 'queueLimit', 'maxKnownWaitMs', 'queueOrder'],
  rateLimit: ['quotas', 'learn', 'queueLimit', 'maxWaitMs', 'order'],
  adaptiveConcurrency: ['limit', 'paceMs', 'paceAboveRatio', 'queueLimit', 'maxWaitMs', 'order'],
  circuitBreaker: ['openAfterMs', 'halfOpenAfter', 'probeLeaseMs', 'whenOpen', 'ignores'],
}

/** Those that are always there and can only be set. */
const NOT_LEFT_OUT: ReadonlySet<string> = new Set(['timeout', 'failover'])

/**
 * Reads what a policy file says: the options of `standardPipeline` that are data, under the same names. Three are written as
 * data although code gives an object: `schedule.profile` is a list of bands, `adaptiveConcurrency.limit` has the options of
 * `aimdLimit`, and `retry.backoff` (like `circuitBreaker.halfOpenAfter`) is a number of milliseconds or the options of
 * `exponentialBackoff`. `false` leaves a policy out, `null` is for no limit.
 *
 * ```ts
 * import { readPolicy } from '@spillway/batch'
 *
 * const { rateLimit } = readPolicy({ rateLimit: { quotas: [{ permits: 10, per: 'minute' }] }, hedge: false })
 * console.log(rateLimit) // => { quotas: [ { permits: 10, per: 'minute' } ] }
 * ```
 *
 * @param json what `JSON.parse` gave
 * @throws InvalidOptionsError naming the option, what it has and what it takes
 */
export const readPolicy = (json: unknown): PolicyOptions => {
  const policies = withoutLimits(objectOf('policy', json))
  checkKnown('policy', policies, Object.keys(FIELDS))
  const options: Record<string, unknown> = {}
  for (const [name, said] of Object.entries(policies)) {
    if (said === false && !NOT_LEFT_OUT.has(name)) options[name] = false
    else options[name] = madeOf(name, fieldsOf(name as keyof PolicyOptions, said))
  }
  // Each policy checks its own: whatever a pipeline refuses, it refuses now.
  standardPipeline(options).dispose()
  return options
}

/**
 * {@link readPolicy} of a file of JSON.
 *
 * @throws PolicyFileError when it cannot be read, is no JSON, or says what cannot be
 */
export const readPolicyFile = async (path: string): Promise<PolicyOptions> => {
  try {
    return readPolicy(JSON.parse(await readFile(path, 'utf8')))
  } catch (cause) {
    throw new PolicyFileError(`${path}: ${whyUnreadable(cause)}`, { cause })
  }
}

type Json = Readonly<Record<string, unknown>>

const objectOf = (option: string, value: unknown): Json => {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Json
  throw new InvalidOptionsError(option, value, 'an object')
}

const fieldsOf = (name: keyof PolicyOptions, said: unknown): Record<string, unknown> => {
  const options = objectOf(`policy.${name}`, said)
  checkKnown(`policy.${name}`, options, FIELDS[name])
  return { ...options }
}

/** What code gives as an object and a file as data. */
const madeOf = (name: string, options: Record<string, unknown>): object => {
  const { profile, limit, backoff, halfOpenAfter, ...plain } = options
  return {
    ...plain,
    ...(profile !== undefined && { profile: loadProfile(profile as LoadBand[]) }),
    ...(limit !== undefined && { limit: limitOf(objectOf(`policy.${name}.limit`, limit)) }),
    ...(backoff !== undefined && { backoff: backoffOf(`policy.${name}.backoff`, backoff) }),
    ...(halfOpenAfter !== undefined && { halfOpenAfter: backoffOf(`policy.${name}.halfOpenAfter`, halfOpenAfter) }),
  }
}

const limitOf = (options: AimdLimitOptions): (() => ReturnType<typeof aimdLimit>) => {
  aimdLimit(options)
  return () => aimdLimit(options)
}

const backoffOf = (option: string, said: unknown): ReturnType<typeof constantBackoff> =>
  typeof said === 'number' ? constantBackoff(said) : exponentialBackoff(objectOf(option, said))

/** JSON has no word for Infinity. */
const withoutLimits = (value: Json): Json =>
  JSON.parse(JSON.stringify(value), (_, each: unknown) => (each === null ? Infinity : each)) as Json
