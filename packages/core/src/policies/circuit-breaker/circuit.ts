import { CircuitState, type IBackoff, type IBackoffFactory, type IBreaker } from 'cockatiel'
import type { VerdictKind } from '../../kernel/verdict.ts'
import { Admissions, type Admission } from './admissions.ts'
import type { BreakContext } from './exponential-break.ts'

/** `isolated`: held open by hand. */
export type CircuitStateName = 'closed' | 'open' | 'half_open' | 'isolated'

/** What a verdict tells a breaker. Neutral ones free the probe and decide nothing. */
export const SIGNIFICANCE: Record<VerdictKind, 'success' | 'failure' | 'exhausted' | 'neutral'> = {
  success: 'success',
  overloaded: 'failure',
  transient: 'failure',
  endpoint_failed: 'failure',
  quota_exhausted: 'exhausted',
  throttled: 'neutral',
  request_failed: 'neutral',
  empty: 'neutral',
  canceled: 'neutral',
  rejected: 'neutral',
}

/** A provider that throttles for longer has nothing to give until then: as good as a spent quota. */
const LONG_HINT_MS = 60_000

/** After closing, two may start at once, and each lease doubles that: 128 after the seventh, then no limit. */
const RAMP_STEPS = 6

/**
 * The state machine of one partition. Reads no clock, arms no timer: it is told the time.
 *
 * `T` is whatever its user wants back with an admission.
 */
export class Circuit<T> {
  readonly #breaker: IBreaker
  readonly #breaks: IBackoffFactory<BreakContext>
  readonly #probeLeaseMs: number
  readonly #openAfterMs: number
  readonly #rampStepMs: number
  #state: CircuitStateName = 'closed'
  #openUntil = 0
  #openForMs = 0
  #openings = 0
  #break: IBackoff<BreakContext> | undefined
  /** A new list whenever it opens, or is worked by hand: what was admitted before decides nothing after. */
  #inFlight = new Admissions<T>()
  #lastAdmittedAt = 0
  #closedAt = -Infinity
  #admittedSinceClosing = 0
  /** When the first of the failures since the last success was admitted. */
  #failingSince: number | undefined
  /** What opened it. */
  cause: unknown

  constructor(
    breaker: IBreaker,
    options: {
      readonly breaks: IBackoffFactory<BreakContext>
      readonly probeLeaseMs: number
      readonly openAfterMs: number
    },
  ) {
    const { breaks, probeLeaseMs, openAfterMs } = options
    this.#breaker = breaker
    this.#breaks = breaks
    this.#probeLeaseMs = probeLeaseMs
    this.#openAfterMs = openAfterMs
    this.#rampStepMs = Math.max(1, Math.min(probeLeaseMs, 3000))
  }

  get state(): CircuitStateName {
    return this.#state
  }

  /** Admissions at work whose results count. */
  get inFlight(): number {
    return this.#inFlight.size
  }

  /** Until when it is open, on the clock it is told. Afterwards a probe is due, although it is `open` until one comes. */
  get openUntil(): number | undefined {
    return this.#state === 'isolated' ? Infinity : this.#state === 'open' ? this.#openUntil : undefined
  }

  /** Milliseconds until a call would be admitted: 0 = now. Changes nothing. */
  readyInMs(now: number): number {
    if (this.#state === 'isolated') return Infinity
    if (this.#state === 'open') return Math.max(0, this.#openUntil - now)
    if (this.#state === 'half_open') return this.#inFlight.size === 0 ? 0 : Math.max(0, this.#aliveAt - now)
    const sinceMs = now - this.#closedAt
    const step = Math.floor(sinceMs / this.#rampStepMs)
    if (step > RAMP_STEPS || this.#admittedSinceClosing < 2 ** (step + 1)) return 0
    return (step + 1) * this.#rampStepMs - sinceMs
  }

  /** Takes a place that {@link readyInMs} said is free. May begin the half-open state, or end it. */
  admit(now: number, owner: T): Admission<T> {
    if (this.#state === 'open') this.#state = 'half_open'
    // The probe lives: an overloaded provider would have refused it by now. Its answer may take a minute more.
    else if (this.#state === 'half_open' && this.#inFlight.size > 0) this.#closed(this.#aliveAt)
    this.#admittedSinceClosing++
    this.#lastAdmittedAt = now
    return this.#inFlight.add(owner, now)
  }

  /** Hears how an admission ended. Says what changed. */
  settle(
    admission: Admission<T>,
    kind: VerdictKind,
    now: number,
    hintMs: number | undefined,
  ): 'opened' | 'closed' | undefined {
    admission.list.delete(admission)
    if (admission.list !== this.#inFlight) return undefined
    const throttledForLong = kind === 'throttled' && hintMs !== undefined && hintMs > LONG_HINT_MS
    const significance = throttledForLong ? 'exhausted' : SIGNIFICANCE[kind]
    if (significance === 'neutral') return undefined
    if (significance === 'success') {
      const closes = this.#state === 'half_open'
      if (closes) this.#closed(now)
      else {
        this.#failingSince = undefined
        this.#breaker.success(CircuitState.Closed)
      }
      return closes ? 'closed' : undefined
    }
    const opens = significance === 'exhausted' || this.#state === 'half_open' || this.#failed(admission, now)
    return opens ? this.#open(now, hintMs ?? 0) : undefined
  }

  /** Holds it open until {@link close}. */
  isolate(): void {
    this.#state = 'isolated'
    this.cause = undefined
    this.#forgetAdmissions()
  }

  /** Closes by hand: as good as new. */
  close(): void {
    this.#forgetAdmissions()
    // Closed since ever: no slow start, and the next break is a first one.
    this.#closed(-Infinity)
  }

  /** When the last admission counts as alive. */
  get #aliveAt(): number {
    return this.#lastAdmittedAt + this.#probeLeaseMs
  }

  /** Whether this failure opens the circuit. */
  #failed({ at }: Admission<T>, now: number): boolean {
    this.#failingSince ??= at
    if (!this.#breaker.failure(CircuitState.Closed) || now - this.#failingSince < this.#openAfterMs) return false
    const refusedAtOnce = now - at < this.#probeLeaseMs
    const someLive = this.#inFlight.hasBetween(this.#failingSince, now - this.#probeLeaseMs)
    if (!refusedAtOnce || !someLive) return true
    // Refusals come at once and answers after a minute: a row of refusals says little while others were admitted.
    this.#failingSince = undefined
    this.#breaker.success(CircuitState.HalfOpen)
    return false
  }

  #forgetAdmissions(): void {
    this.#inFlight = new Admissions()
    this.#failingSince = undefined
  }

  #closed(at: number): void {
    this.#state = 'closed'
    this.#failingSince = undefined
    this.#closedAt = at
    this.#admittedSinceClosing = 0
    this.#breaker.success(CircuitState.HalfOpen)
  }

  #open(now: number, atLeastMs: number): 'opened' {
    // Breaks begin anew once it has stayed closed for as long as it was open before.
    if (this.#state === 'closed' && now - this.#closedAt > this.#openForMs) {
      this.#break = undefined
      this.#openings = 0
    }
    const step = (this.#break ?? this.#breaks).next({ attempt: ++this.#openings })
    this.#break = step
    this.#openForMs = Math.max(atLeastMs, step.duration > 0 ? step.duration : 0)
    this.#openUntil = now + this.#openForMs
    this.#state = 'open'
    this.#forgetAdmissions()
    return 'opened'
  }
}
