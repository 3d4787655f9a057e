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

/** After closing, this many at once are let through, doubling with each success, until nothing is held back. */
const RAMP_START = 1
const RAMP_END = 64

/** The state machine of one partition. Reads no clock, arms no timer: it is told the time. */
export class Circuit {
  readonly #breaker: IBreaker
  readonly #breaks: IBackoffFactory<BreakContext>
  readonly #probeLeaseMs: number
  #state: CircuitStateName = 'closed'
  #generation = 0
  #openUntil = 0
  #openings = 0
  #break: IBackoff<BreakContext> | undefined
  /** Admissions of this generation at work. */
  #inFlight = 0
  #lastProbeAt = -Infinity
  #ramp = Infinity
  /** What opened it. */
  cause: unknown

  constructor(breaker: IBreaker, breaks: IBackoffFactory<BreakContext>, probeLeaseMs: number) {
    this.#breaker = breaker
    this.#breaks = breaks
    this.#probeLeaseMs = probeLeaseMs
  }

  get state(): CircuitStateName {
    return this.#state
  }

  get idle(): boolean {
    return this.#state === 'closed' && this.#inFlight === 0
  }

  /** Milliseconds until a call would be admitted: 0 = now. Changes nothing. */
  readyInMs(now: number): number {
    if (this.#state === 'closed') return this.#inFlight < this.#ramp ? 0 : this.#leaseLeft(now)
    if (this.#state === 'isolated') return Infinity
    if (this.#state === 'open') return Math.max(0, this.#openUntil - now)
    return this.#inFlight === 0 ? 0 : this.#leaseLeft(now)
  }

  /** Takes a place that {@link readyInMs} said is free. Says whether this made it half-open. */
  admit(now: number): { readonly admission: Admission; readonly halfOpened: boolean } {
    const halfOpened = this.#state === 'open'
    if (halfOpened) this.#change('half_open')
    this.#inFlight++
    this.#lastProbeAt = now
    return { admission: { generation: this.#generation, at: now }, halfOpened }
  }

  /** Hears how an admission ended. Says what changed. */
  settle(
    admission: Admission,
    kind: VerdictKind,
    now: number,
    hintMs: number | undefined,
  ): 'opened' | 'closed' | undefined {
    if (admission.generation !== this.#generation) return undefined
    this.#inFlight--
    const significance = SIGNIFICANCE[kind]
    if (significance === 'exhausted') return this.#open(now, hintMs ?? 0)
    if (significance === 'failure') {
      if (this.#state === 'half_open') return this.#open(now, hintMs ?? 0)
      return this.#breaker.failure(CircuitState.Closed) ? this.#open(now, hintMs ?? 0) : undefined
    }
    if (significance === 'success') return this.#succeeded()
    return undefined
  }

  /** Milliseconds it stays open from `now`. */
  openForMs(now: number): number {
    return this.#state === 'isolated' ? Infinity : Math.max(0, this.#openUntil - now)
  }

  isolate(): void {
    this.#change('isolated')
  }

  /** Closes by hand: as good as new. */
  close(): void {
    this.#breaker.success(CircuitState.HalfOpen)
    this.#change('closed')
    this.#openings = 0
    this.#break = undefined
    this.#ramp = Infinity
  }

  #succeeded(): 'closed' | undefined {
    if (this.#state === 'half_open') {
      this.close()
      this.#ramp = RAMP_START * 2
      return 'closed'
    }
    this.#breaker.success(CircuitState.Closed)
    this.#ramp = this.#ramp * 2 > RAMP_END ? Infinity : this.#ramp * 2
    return undefined
  }

  #open(now: number, atLeastMs: number): 'opened' {
    const step = (this.#break ?? this.#breaks).next({ attempt: ++this.#openings })
    this.#break = step
    this.#openUntil = now + Math.max(atLeastMs, step.duration > 0 ? step.duration : 0)
    this.#change('open')
    return 'opened'
  }

  #change(state: CircuitStateName): void {
    this.#state = state
    this.#generation++
    this.#inFlight = 0
    this.#lastProbeAt = -Infinity
  }

  #leaseLeft(now: number): number {
    return Math.max(0, this.#lastProbeAt + this.#probeLeaseMs - now)
  }
}
