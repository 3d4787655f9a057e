import type { CallContext } from '../kernel/call-context.ts'
import {
  checkClock,
  checkDuration,
  checkFunction,
  checkKnown,
  checkNumber,
  checkRatio,
} from '../kernel/check-options.ts'
import type { Clock } from '../kernel/clock.ts'
import { InvalidOptionsError } from '../kernel/invalid-options-error.ts'
import type { Random } from '../kernel/random.ts'

/** How an {@link overloadedUpstream} behaves, always or during a phase. */
export interface UpstreamBehaviour {
  /** How many requests it serves at once: what other people's load leaves for you. An integer from 0. */
  readonly capacity: number
  /** How many more it takes in and lets wait; the others are refused. An integer from 0, or `Infinity`. @default 0 */
  readonly queueLimit: number
  /** How long serving takes, in milliseconds, or a function that draws it. @default 40000 */
  readonly serviceMs: number | ((random: Random) => number)
  /** The share of requests refused although there is room, from 0 to 1. @default 0 */
  readonly refuseRatio: number
  /** How long a refusal takes, in milliseconds. @default 200 */
  readonly refusalMs: number
  /** The wait that a refusal asks for, in milliseconds. @default none */
  readonly retryAfterMs: number | undefined
  /** The share of requests taken in and never answered, from 0 to 1. @default 0 */
  readonly hangRatio: number
}

/** Behaviour from an instant on, until the next phase. */
export interface UpstreamPhase extends Partial<UpstreamBehaviour> {
  /** When it begins, in milliseconds after the upstream was made. */
  readonly fromMs: number
}

/** Options of {@link overloadedUpstream}. What a phase leaves out is as it is here. */
export interface OverloadedUpstreamOptions<R = string> extends Partial<UpstreamBehaviour> {
  readonly capacity: number
  /** The pipeline's clock. */
  readonly clock: Clock
  /** The incident: what changes when. In order of time. @default none */
  readonly phases?: readonly UpstreamPhase[]
  /** Chance. @default `seededRandom(1)` */
  readonly random?: Random
  /** What it answers. @default the number of the request as text */
  readonly answer?: (context: CallContext) => R
  /** What a refusal throws, for a classifier of your own. @default `UpstreamOverloadedError` */
  readonly refusal?: (retryAfterMs: number | undefined) => unknown
}

/** What an upstream does unless told otherwise: an image model that refuses at once what it has no room for. */
export const UPSTREAM_DEFAULTS: Omit<UpstreamBehaviour, 'capacity'> = {
  queueLimit: 0,
  serviceMs: 40_000,
  refuseRatio: 0,
  refusalMs: 200,
  retryAfterMs: undefined,
  hangRatio: 0,
}

const BEHAVIOUR = ['capacity', ...Object.keys(UPSTREAM_DEFAULTS)]

/** The behaviours with their instants, the first from 0 on. */
export const phasesOf = (options: OverloadedUpstreamOptions<unknown>): (UpstreamBehaviour & UpstreamPhase)[] => {
  checkKnown('overloadedUpstream', options, [...BEHAVIOUR, 'clock', 'phases', 'random', 'answer', 'refusal'])
  const { clock, phases = [], random, answer, refusal, ...behaviour } = options
  checkClock('overloadedUpstream.clock', clock)
  for (const [key, each] of Object.entries({ random, answer, refusal }))
    checkFunction(`overloadedUpstream.${key}`, each, true)
  if (!Array.isArray(phases)) throw new InvalidOptionsError('overloadedUpstream.phases', phases, 'a list of phases')
  const normal = { ...UPSTREAM_DEFAULTS, ...behaviour, fromMs: 0 }
  const all = [normal, ...phases.map((phase) => ({ ...normal, ...phase }))]
  for (const [i, phase] of all.entries()) {
    const at = i === 0 ? 'overloadedUpstream' : `overloadedUpstream.phases[${i - 1}]`
    checkKnown(at, phase, [...BEHAVIOUR, 'fromMs'])
    checkDuration(`${at}.fromMs`, phase.fromMs, { min: all[i - 1]?.fromMs ?? 0 })
    checkNumber(`${at}.capacity`, phase.capacity, { min: 0, integer: true, infinite: true })
    checkNumber(`${at}.queueLimit`, phase.queueLimit, { min: 0, integer: true, infinite: true })
    if (typeof phase.serviceMs !== 'function') checkDuration(`${at}.serviceMs`, phase.serviceMs)
    checkDuration(`${at}.refusalMs`, phase.refusalMs)
    checkRatio(`${at}.refuseRatio`, phase.refuseRatio)
    checkRatio(`${at}.hangRatio`, phase.hangRatio)
    if (phase.retryAfterMs !== undefined) checkDuration(`${at}.retryAfterMs`, phase.retryAfterMs)
  }
  return all
}
