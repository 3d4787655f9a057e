import { InvalidOptionsError, checkKnown, checkNumber } from '@spillway/core'
import type { PolicyOptions } from '../make/policy-file.ts'
import { fiveTries, noRetries, openaiRetries, policyCaller } from './callers.ts'
import type { Incident } from './incident.ts'
import { replay, type Replayed } from './replay.ts'

/** Options of {@link simulateIncident}. */
export interface SimulateOptions {
  /** The policies to try: what a policy file says. @default the standard pipeline's defaults alone */
  readonly policy?: PolicyOptions
  /** Another one brings other calls and other chance: an integer. @default the incident's */
  readonly seed?: number
}

/**
 * What would have happened: lets an incident happen in virtual time to a policy, to the standard pipeline's defaults, and to
 * what people have without: the official client's own retries, five tries by hand, one request. An hour takes a second.
 *
 * ```ts
 * import { readIncident, simulateIncident } from '@spillway/batch'
 *
 * const incident = readIncident({
 *   phases: [{ kind: 'outage', fault: 'overloaded', atMs: 60_000, durationMs: 60_000 }],
 *   traffic: { callsPerMinute: 6, minutes: 4 },
 * })
 * for (const { caller, offered, succeeded } of await simulateIncident(incident))
 *   if (succeeded === offered) console.log(caller) // => Spillway, defaults
 * ```
 *
 * @returns one result for each caller, the given policy first, then the defaults
 */
export const simulateIncident = async (
  incident: Incident,
  options: SimulateOptions = {},
): Promise<readonly [Replayed, ...Replayed[]]> => {
  if (typeof incident?.traffic !== 'object')
    throw new InvalidOptionsError('simulateIncident.incident', incident, 'what readIncident() gave')
  checkKnown('simulateIncident', options, ['policy', 'seed'])
  const { policy, seed = incident.seed } = options
  checkNumber('simulateIncident.seed', seed, { integer: true })
  const defaults = policyCaller('Spillway, defaults', {})
  const first = policy === undefined ? defaults : policyCaller('Spillway, this policy', policy)
  const others = [...(policy === undefined ? [] : [defaults]), openaiRetries, fiveTries, noRetries]
  const results: [Replayed, ...Replayed[]] = [await replay(incident, first, seed)]
  for (const caller of others) results.push(await replay(incident, caller, seed))
  return results
}
