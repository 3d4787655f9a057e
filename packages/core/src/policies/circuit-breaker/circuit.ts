import { CircuitState, type IBackoff, type IBackoffFactory, type IBreaker } from 'cockatiel'
import type { VerdictKind } from '../../kernel/verdict.ts'
import type { BreakContext } from './exponential-break.ts'

/** `isolated`: held open by hand. */
export type CircuitStateName = 'closed' | 'open' | 'half_open' | 'isolated'

/** What a gate keeps of an admission: results from before the last change of state decide nothing. */
export interface Admission {
  readonly generation: number
  readonly at: number
}

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

/** The state machine of one partition. Reads no clock, arms no timer: it is told the time. */
export class Circuit {
  readonly #breaker: IBreaker
  readonly #breaks: IBackoffFactory<BreakContext>
  readonly #probeLeaseMs: number
  readonly #openAfterMs: number
  readonly #rampStepMs: number
  #state: CircuitStateName = 'closed'
  /** Counts openings by failure or by hand: what was admitted before one decides nothing after it. */
  #generation = 0
  #openUntil = 0
  #openForMs = 0
  #openings = 0
  #break: IBackoff<BreakContext> | undefined
  /** Admissions of this generation at work, oldest first. */
  #inFlight = new Set<Admission>()
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

  /** Takes a place that {@link readyInMs} said is free. Says what that changed. */
  admit(now: number): { readonly admission: Admission; readonly changed: 'half_opened' | 'closed' | undefined } {
    let changed: 'half_opened' | 'closed' | undefined
    if (this.#state === 'open') {
      this.#state = 'half_open'
      changed = 'half_opened'
    } else if (this.#state === 'half_open' && this.#inFlight.size > 0) {
      // The probe lives: an overloaded provider would have refused it by now. Its answer may take a minute more.
      this.#closed(this.#aliveAt)
      changed = 'closed'
    }
    const admission: Admission = { generation: this.#generation, at: now }
    this.#inFlight.add(admission)
    this.#admittedSinceClosing++
    this.#lastAdmittedAt = now
    return { admission, changed }
  }

  /** Hears how an admission ended. Says what changed. */
  settle(
    admission: Admission,
    kind: VerdictKind,
    now: number,
    hintMs: number | undefined,
  ): 'opened' | 'closed' | undefined {
    if (admission.generation !== this.#generation) return undefined
    this.#inFlight.delete(admission)
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
  #failed({ at }: Admission, now: number): boolean {
    this.#failingSince ??= at
    if (!this.#breaker.failure(CircuitState.Closed) || now - this.#failingSince < this.#openAfterMs) return false
    const refusedAtOnce = now - at < this.#probeLeaseMs
    if (!refusedAtOnce || !this.#someLiveSince(this.#failingSince, now)) return true
    // Refusals come at once and answers after a minute: a row of refusals says little while others were admitted.
    this.#failingSince = undefined
    this.#breaker.success(CircuitState.HalfOpen)
    return false
  }

  /** Whether something that was admitted since then has lived for a lease. */
  #someLiveSince(since: number, now: number): boolean {
    for (const { at } of this.#inFlight) if (at >= since && at + this.#probeLeaseMs <= now) return true
    return false
  }

  #forgetAdmissions(): void {
    this.#generation++
    this.#inFlight = new Set()
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
