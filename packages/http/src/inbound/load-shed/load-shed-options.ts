import {
  checkClock,
  checkKnown,
  checkDuration,
  checkFunction,
  checkNumber,
  checkRatio,
  InvalidOptionsError,
  systemClock,
  systemRandom,
  type Clock,
  type Limit,
  type Random,
} from '@spillway/core'
import type { Criticality } from '../scope/criticality.ts'
import { processPressure, type Pressure } from './pressure.ts'

/** Options of the `loadShed` middleware. `Host` is the request as the host's handlers get it. */
export interface LoadShedOptions<Host = unknown> {
  /** The 99th percentile of the event loop's delay that is too much, in milliseconds; `Infinity`: any is right. @default 100 */
  readonly maxEventLoopDelayMs?: number
  /** The share of the time in which the event loop may be busy: from 0.1; 1: all of it. @default 0.98 */
  readonly maxUtilization?: number
  /** The heap in use that is too much, in bytes; `Infinity`: any is right. @default Infinity */
  readonly maxHeapUsedBytes?: number
  /** How many requests may be answered at once: a number from 1, or a limit that learns (`aimdLimit`, `gradientLimit`). @default Infinity */
  readonly maxConcurrency?: number | Limit
  /**
   * The share of these places that `critical` requests leave free for `critical_plus`; `sheddable_plus` leaves twice as
   * much, `sheddable` three times: from 0 to 0.3. @default 0.1
   */
  readonly reserveRatio?: number
  /** How much a request matters; `undefined`: as `spillway` knows it. @default what `spillway` knows */
  readonly criticality?: ((host: Host) => Criticality | undefined) | undefined
  /** Paths that are always let in. @default /health, /healthz, /live, /livez, /ready, /readyz */
  readonly allow?: readonly string[]
  /** How long the refused are told to wait, in milliseconds. @default 2000 */
  readonly retryAfterMs?: number
  /** How long a window of measuring is, in milliseconds. @default 500 */
  readonly windowMs?: number
  /** Hears each refusal and what it was for. @default none */
  readonly onShed?: ((reason: ShedReason, host: Host) => void) | undefined
  /** Reads how the process fared since it was read last. @default the process itself */
  readonly pressure?: () => Pressure
  /** Source of time. @default systemClock */
  readonly clock?: Clock
  /** Chance for the jitter of `Retry-After`. @default systemRandom */
  readonly random?: Random
}

/** Why a request was refused. */
export type ShedReason = 'concurrency' | 'event_loop_delay' | 'utilization' | 'heap'

/** What the `loadShed` middleware takes where an option is left out. */
export const LOAD_SHED_DEFAULTS: Required<Omit<LoadShedOptions, 'pressure'>> = {
  maxEventLoopDelayMs: 100,
  maxUtilization: 0.98,
  maxHeapUsedBytes: Infinity,
  maxConcurrency: Infinity,
  reserveRatio: 0.1,
  criticality: undefined,
  allow: ['/health', '/healthz', '/live', '/livez', '/ready', '/readyz'],
  retryAfterMs: 2000,
  windowMs: 500,
  onShed: undefined,
  clock: systemClock,
  random: systemRandom,
}

/** @throws InvalidOptionsError when an option is out of its range or not known */
export const checkLoadShed = <Host>(options: LoadShedOptions<Host>): Required<LoadShedOptions<Host>> => {
  checkKnown('loadShed', options, ['pressure', ...Object.keys(LOAD_SHED_DEFAULTS)])
  const resolved = { ...LOAD_SHED_DEFAULTS, ...options }
  const above0 = { min: Number.MIN_VALUE, infinite: true }
  checkNumber('loadShed.maxEventLoopDelayMs', resolved.maxEventLoopDelayMs, above0)
  checkNumber('loadShed.maxUtilization', resolved.maxUtilization, { min: 0.1, max: 1 })
  checkNumber('loadShed.maxHeapUsedBytes', resolved.maxHeapUsedBytes, above0)
  const { maxConcurrency, allow } = resolved
  if (typeof maxConcurrency === 'number')
    checkNumber('loadShed.maxConcurrency', maxConcurrency, { min: 1, integer: true, infinite: true })
  else if (typeof maxConcurrency?.sample !== 'function')
    throw new InvalidOptionsError('loadShed.maxConcurrency', maxConcurrency, 'a number or a limit')
  checkNumber('loadShed.reserveRatio', checkRatio('loadShed.reserveRatio', resolved.reserveRatio), { max: 0.3 })
  checkFunction('loadShed.criticality', resolved.criticality, true)
  if (!Array.isArray(allow)) throw new InvalidOptionsError('loadShed.allow', allow, 'a list of paths')
  checkClock('loadShed.clock', resolved.clock)
  checkDuration('loadShed.retryAfterMs', resolved.retryAfterMs)
  checkNumber('loadShed.windowMs', resolved.windowMs, { min: 1 })
  checkFunction('loadShed.onShed', resolved.onShed, true)
  checkFunction('loadShed.pressure', options.pressure, true)
  return { pressure: processPressure(), ...resolved }
}
