import type { Random } from '../../kernel/random.ts'
import type { VerdictKind } from '../../kernel/verdict.ts'
import { MovingAverage } from '../../primitives/moving-average.ts'
import type { Limit } from './limit.ts'

/** What a verdict says about capacity; `undefined`: nothing. */
const SAYS: Partial<Record<VerdictKind, 'sample' | 'drop'>> = {
  success: 'sample',
  empty: 'sample',
  overloaded: 'drop',
  throttled: 'drop',
}

/** About the last ten attempts say how many are refused just now; five minutes of silence halves what they said. */
const REFUSED_WEIGHT_RATIO = 0.1
const REFUSED_HALF_LIFE_MS = 300_000

/** An overloaded provider refuses within a moment: what lives for so long has been taken on. */
const SERVED_AFTER_MS = 3000
/** One that takes its time to refuse: for twice as long as its last refusal took. */
const SERVED_AFTER_REFUSALS = 2

/** One attempt in its place. */
export interface Place {
  readonly at: number
}

/** The places at one endpoint and the pace in which they are given out. Reads no clock: it is told the time. */
export class Places {
  readonly #limit: Limit
  readonly #paceMs: number
  readonly #paceAboveRatio: number
  readonly #refusedRatio = new MovingAverage(REFUSED_WEIGHT_RATIO, REFUSED_HALF_LIFE_MS)
  /** When each attempt in flight took its place, oldest first. */
  readonly #inFlight = new Set<Place>()
  #servedAfterMs = SERVED_AFTER_MS
  /** When the pace lets the next one go. */
  #nextAt = -Infinity

  constructor(limit: Limit, paceMs: number, paceAboveRatio: number) {
    this.#limit = limit
    this.#paceMs = paceMs
    this.#paceAboveRatio = paceAboveRatio
    // Nobody was refused yet: a single refusal at the start is not most of them.
    this.#refusedRatio.add(0, 0)
  }

  get inFlight(): number {
    return this.#inFlight.size
  }

  /** How many places there are: an integer of at least 1, whatever a limit of the user's own says. */
  get limit(): number {
    const { current } = this.#limit
    return current >= 1 ? Math.floor(current) : 1
  }

  /** The share of recent attempts that was refused. */
  refusedRatio(now: number): number {
    return this.#refusedRatio.at(now)
  }

  /** Milliseconds until a place could be taken: `Infinity` when one must become free first. */
  readyInMs(now: number): number {
    if (this.#inFlight.size >= this.limit && this.#inFlight.size >= this.#allowed(now)) return Infinity
    return this.#paced(now) ? Math.max(0, this.#nextAt - now) : 0
  }

  /** Takes a place that {@link readyInMs} said is free. */
  take(now: number, random: Random): Place {
    const place = { at: now }
    this.#inFlight.add(place)
    // Spread, so that processes which began together do not go on together.
    if (this.#paced(now)) this.#nextAt = now + (this.#paceMs * (0.5 + random())) / Math.max(1, this.#served(now))
    return place
  }

  /** The work in a place has really ended. */
  free(place: Place): void {
    this.#inFlight.delete(place)
  }

  /** Hears how an attempt ended, while it still has its place. */
  learn(kind: VerdictKind, sentAt: number, latencyMs: number, now: number): void {
    const says = SAYS[kind]
    if (says === undefined) return
    if (kind !== 'throttled') this.#refusedRatio.add(says === 'drop' ? 1 : 0, now)
    if (says === 'drop') this.#servedAfterMs = Math.max(SERVED_AFTER_MS, SERVED_AFTER_REFUSALS * (now - sentAt))
    const served = says === 'drop' ? this.#served(now) : 0
    this.#limit.sample({ kind: says, latencyMs, inFlight: this.#inFlight.size, served, sentAt, now })
  }

  #paced(now: number): boolean {
    return this.#paceMs > 0 && this.refusedRatio(now) > this.#paceAboveRatio
  }

  /** How many may be in flight, with what the provider has taken on in mind. */
  #allowed(now: number): number {
    return this.#limit.allows?.(this.#served(now)) ?? this.limit
  }

  /** How many the provider has taken on: they live for longer than a refusal takes. */
  #served(now: number): number {
    let count = 0
    for (const { at } of this.#inFlight) {
      if (now - at <= this.#servedAfterMs) break
      count++
    }
    return count
  }
}
