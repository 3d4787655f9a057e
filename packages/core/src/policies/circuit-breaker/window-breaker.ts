import { CircuitState } from 'cockatiel'
import { checkDuration, checkFunction, checkKnown, checkNumber } from '../../kernel/check-options.ts'
import { systemClock } from '../../kernel/clock.ts'
import { InvalidOptionsError } from '../../kernel/invalid-options-error.ts'
import { BucketWindow } from '../../primitives/bucket-window.ts'
import type { BreakerFinding, BreakerSample, TimedBreaker } from './timed-breaker.ts'

/** Options of {@link windowBreaker}. */
export interface WindowBreakerOptions {
  /** Opens when this share of the calls failed: above 0, up to 1. @default 0.5 */
  readonly failureRatio?: number
  /** Says nothing before so many calls have ended within the window: an integer from 1. @default 5 */
  readonly minimumCalls?: number
  /** Over how many milliseconds it counts: at least 1 for each bucket. @default 120000 */
  readonly windowMs?: number
  /** In how many steps old calls are forgotten: an integer from 1 to 1000. @default 10 */
  readonly buckets?: number
  /** Opens when this share of the calls was slow, whether they failed or not: above 0, up to 1. @default 0.5 */
  readonly slowCallRatio?: number
  /** From how many milliseconds on a call is slow: above 0. @default Infinity, none is */
  readonly slowCallMs?: number
  /** Monotonic milliseconds, for other executors: `circuitBreaker` brings the time itself. @default performance.now() */
  readonly now?: () => number
}

/** What {@link windowBreaker} takes where an option is left out. */
export const WINDOW_BREAKER_DEFAULTS: Required<WindowBreakerOptions> = {
  failureRatio: 0.5,
  minimumCalls: 5,
  windowMs: 120_000,
  buckets: 10,
  slowCallRatio: 0.5,
  slowCallMs: Infinity,
  now: () => systemClock.now(),
}

// What is counted of calls.
const CALLS = 0
const FAILURES = 1
const SLOW = 2

/**
 * A strategy for `circuitBreaker`: opens when too large a share of the last minutes' calls failed, or was slow.
 *
 * It counts what has ended, successes and failures; what the caller ended, what was refused or is the request's own fault
 * counts for nothing. After an idle time longer than the window nothing is left of what was before. It is also a breaker
 * of cockatiel, there without slow calls, because cockatiel does not tell how long they take.
 *
 * ```ts
 * import { circuitBreaker, pipeline, windowBreaker } from '@spillway/core'
 *
 * const breaker = circuitBreaker({ breaker: () => windowBreaker({ failureRatio: 0.8, slowCallMs: 90_000 }) })
 * const calls = pipeline([breaker])
 * for (let i = 0; i < 5; i++) await calls.execute(() => Promise.reject(new Error('down'))).catch(() => {})
 * console.log(breaker.stateOf()) // => open
 * ```
 *
 * @throws InvalidOptionsError when an option is out of its range, or a share of slow calls is given and none is slow
 */
export const windowBreaker = (options: WindowBreakerOptions = {}): TimedBreaker => {
  checkKnown('windowBreaker', options, Object.keys(WINDOW_BREAKER_DEFAULTS))
  const { failureRatio, minimumCalls, windowMs, buckets, slowCallRatio, slowCallMs, now } = {
    ...WINDOW_BREAKER_DEFAULTS,
    ...options,
  }
  checkShare('windowBreaker.failureRatio', failureRatio)
  checkShare('windowBreaker.slowCallRatio', slowCallRatio)
  checkNumber('windowBreaker.minimumCalls', minimumCalls, { min: 1, integer: true })
  checkNumber('windowBreaker.buckets', buckets, { min: 1, max: 1000, integer: true })
  checkDuration('windowBreaker.windowMs', windowMs, { min: buckets })
  checkNumber('windowBreaker.slowCallMs', slowCallMs, { min: Number.MIN_VALUE, infinite: true })
  checkFunction('windowBreaker.now', now)
  if (options.slowCallRatio !== undefined && slowCallMs === Infinity)
    throw new InvalidOptionsError('windowBreaker.slowCallMs', slowCallMs, 'milliseconds where slowCallRatio is given')
  const window = new BucketWindow(windowMs, buckets, 3)

  const record = ({ kind, durationMs, now: at }: BreakerSample): BreakerFinding => {
    window.moveTo(at)
    window.add(CALLS)
    if (kind === 'failure') window.add(FAILURES)
    if (durationMs >= slowCallMs) window.add(SLOW)
    const calls = window.sum(CALLS)
    if (calls < minimumCalls) return undefined
    if (window.sum(SLOW) >= slowCallRatio * calls) return 'slow_calls'
    return window.sum(FAILURES) >= failureRatio * calls ? 'failures' : undefined
  }

  return {
    windowMs,
    record,
    success(state) {
      // A probe got through: what was before it is over.
      if (state === CircuitState.HalfOpen) window.clear()
      else record({ kind: 'success', durationMs: 0, now: now() })
    },
    failure(state) {
      const finding = record({ kind: 'failure', durationMs: 0, now: now() })
      return state !== CircuitState.Closed || finding !== undefined
    },
    get state(): unknown {
      return window.save()
    },
    set state(saved) {
      window.restore(saved)
    },
  }
}

const checkShare = (option: string, value: number): void => {
  if (typeof value !== 'number' || !(value > 0 && value <= 1))
    throw new InvalidOptionsError(option, value, 'a ratio above 0, up to 1')
}
