import type { IBackoffFactory, IBreaker } from 'cockatiel'
import type { VerdictKind } from '../../kernel/verdict.ts'
import { Admissions, type Admission } from './admissions.ts'
import { Breaks, type BreakContext } from './breaks.ts'
import type { SavedCircuit } from './circuit-snapshot.ts'
import { Strategy } from './strategy.ts'

/** `isolated`: held open by hand. */
export type CircuitStateName = 'closed' | 'open' | 'half_open' | 'isolated'

/**
 * What opens a circuit: failures as its strategy counts them, or fewer because others advise it, or a provider that has
 * nothing to give until an instant.
 */
export type OpenedBy = 'failures' | 'advice' | 'exhausted'

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

/** JSON knows no `Infinity`: a break for ever becomes the longest there is. */
const inJson = (ms: number): number => Math.min(ms, Number.MAX_VALUE)

/**
 * The state machine of one partition. Reads no clock, arms no timer: it is told the time.
 *
 * `T` is whatever its user wants back with an admission.
 */
export class Circuit<T> {
  readonly #strategy: Strategy
  readonly #breaks: Breaks
  readonly #probeLeaseMs: number
  readonly #openAfterMs: number
  readonly #rampStepMs: number
  #state: CircuitStateName = 'closed'
  #openUntil = 0
  /** A new list whenever it opens, or is worked by hand: what was admitted before decides nothing after. */
  #inFlight = new Admissions<T>()
  #lastAdmittedAt = 0
  #closedAt = -Infinity
  #admittedSinceClosing = 0
  #openedAt = 0
  #openedBy: OpenedBy | undefined
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
    this.#strategy = new Strategy(breaker)
    this.#breaks = new Breaks(breaks)
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

  /** When it last opened, a failed probe included. */
  get openedAt(): number {
    return this.#openedAt
  }

  /** What opened it, while it is not closed, whatever its probes have found since. */
  get openedBy(): OpenedBy | undefined {
    return this.#state === 'isolated' ? undefined : this.#openedBy
  }

  /** Whether its last call failed, or it is not closed. */
  get troubled(): boolean {
    return this.#state !== 'closed' || this.#failingSince !== undefined
  }

  /** Whether the next admission is a probe. */
  get wouldProbe(): boolean {
    return this.#state === 'open' || (this.#state === 'half_open' && this.#inFlight.size === 0)
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

  /** Puts the next probe off, or nearer, to an instant: who else probes has been found out. */
  postpone(until: number): void {
    this.#state = 'open'
    this.#openUntil = until
  }

  /**
   * Hears how an admission ended. Says what changed.
   *
   * @param advised whether one failure is enough, because many others see failures
   */
  settle(
    admission: Admission<T>,
    kind: VerdictKind,
    now: number,
    hintMs: number | undefined,
    advised = false,
  ): 'opened' | 'closed' | undefined {
    admission.list.delete(admission)
    if (admission.list !== this.#inFlight) return undefined
    const throttledForLong = kind === 'throttled' && (hintMs ?? 0) > LONG_HINT_MS
    const significance = throttledForLong ? 'exhausted' : SIGNIFICANCE[kind]
    if (significance === 'neutral') return undefined
    if (this.#state === 'half_open' && significance === 'success') {
      this.#closed(now)
      return 'closed'
    }
    const by = this.#opensBy(significance, admission, now, advised)
    return by === undefined ? undefined : this.#open(by, now, hintMs ?? 0)
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

  /**
   * What is known, for another process.
   *
   * @param toWallMs what to add to an instant of the clock it is told to get the wall time
   */
  save(toWallMs: number): SavedCircuit {
    const open = this.#state === 'open' || this.#state === 'half_open'
    const strategy = this.#strategy.save()
    return {
      state: open ? 'open' : this.#state === 'isolated' ? 'isolated' : 'closed',
      ...(open ? { openUntil: inJson(this.#openUntil + toWallMs) } : {}),
      ...(this.#closedAt === -Infinity ? {} : { closedAt: this.#closedAt + toWallMs }),
      lastBreakMs: inJson(this.#breaks.lastMs),
      breaks: this.#breaks.count,
      ...(strategy === undefined ? {} : { strategy }),
    }
  }

  /**
   * Takes up where another process stopped. Says whether the strategy could: otherwise its counts begin anew.
   *
   * @param savedAt when it was saved, in wall time
   */
  restore(saved: SavedCircuit, savedAt: number, now: number, toWallMs: number): boolean {
    const { state, openUntil = 0, closedAt = -Infinity, lastBreakMs, breaks } = saved
    this.#forgetAdmissions()
    this.#closed(Math.min(now, closedAt - toWallMs))
    this.#state = state
    this.cause = undefined
    this.#breaks.restore(breaks, lastBreakMs)
    // Of a break no more can be left than it lasts, whatever has happened to the wall clock.
    this.#openedAt = now
    this.#openUntil = now + Math.min(lastBreakMs, Math.max(0, openUntil - toWallMs - now))
    return this.#strategy.restore(saved.strategy, now + toWallMs - savedAt)
  }

  /** When the last admission counts as alive. */
  get #aliveAt(): number {
    return this.#lastAdmittedAt + this.#probeLeaseMs
  }

  #opensBy(
    significance: 'success' | 'failure' | 'exhausted',
    admission: Admission<T>,
    now: number,
    advised: boolean,
  ): OpenedBy | undefined {
    if (significance === 'exhausted') return 'exhausted'
    if (this.#state === 'half_open') return this.#openedBy ?? 'failures'
    if (significance === 'failure') return this.#failed(admission, now, advised)
    return this.#succeeded(admission, now) ? 'failures' : undefined
  }

  /** Whether this success opens the circuit, as one more that took too long. */
  #succeeded({ at }: Admission<T>, now: number): boolean {
    const finding = this.#strategy.count('success', at, now)
    if (finding === undefined) this.#failingSince = undefined
    return finding === 'slow_calls'
  }

  /** Whether this failure opens the circuit: because there have been enough, or because one is enough. */
  #failed({ at }: Admission<T>, now: number, advised: boolean): OpenedBy | undefined {
    this.#failingSince ??= at
    const finding = this.#strategy.count('failure', at, now)
    if (finding === 'slow_calls') return 'failures'
    const enough = finding !== undefined && now - this.#failingSince >= this.#openAfterMs
    if (!enough && !advised) return undefined
    const refusedAtOnce = now - at < this.#probeLeaseMs
    const someLive = this.#inFlight.hasBetween(this.#failingSince, now - this.#probeLeaseMs)
    if (!refusedAtOnce || !someLive) return enough ? 'failures' : 'advice'
    if (!enough) return undefined
    // Refusals come at once and answers after a minute: a row of refusals says little while others were admitted.
    this.#failingSince = undefined
    this.#strategy.reset()
    return undefined
  }

  #forgetAdmissions(): void {
    this.#inFlight = new Admissions()
    this.#failingSince = undefined
  }

  #closed(at: number): void {
    this.#state = 'closed'
    this.#openedBy = undefined
    this.#failingSince = undefined
    this.#closedAt = at
    this.#admittedSinceClosing = 0
    this.#strategy.reset()
  }

  #open(by: OpenedBy, now: number, atLeastMs: number): 'opened' {
    // Breaks begin anew once it has stayed closed for as long as it was open before.
    if (this.#state === 'closed' && now - this.#closedAt >= this.#breaks.lastMs) this.#breaks.restart()
    this.#openUntil = now + this.#breaks.next(atLeastMs)
    this.#state = 'open'
    this.#openedAt = now
    this.#openedBy = by
    this.#forgetAdmissions()
    return 'opened'
  }
}
