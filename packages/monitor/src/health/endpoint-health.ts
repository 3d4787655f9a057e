import { afterFinding, unknownSince, type HeldLevel } from './held-level.ts'
import { assess } from './assess.ts'
import { HEALTH_LEVELS, type ObservedLevel } from './health-level.ts'
import type { SeenHealth } from './health-of.ts'
import type { HealthOptions } from './health-options.ts'
import { HoursOfDay, type HourTallied } from './hours-of-day.ts'
import type { Observation } from './observation.ts'
import type { HourRecord, PairHours } from './pair-hours.ts'
import { SlidingTally } from './sliding-tally.ts'

/** A model at an endpoint. */
export interface EndpointModel {
  /** The endpoint's name; the pipeline's, where it has no endpoints. */
  readonly endpoint: string
  /** The model that was asked for, where that is known. */
  readonly model?: string
}

/** How a model at an endpoint does. Instants are in milliseconds since 1970 UTC. */
export interface EndpointHealth extends EndpointModel, SeenHealth {
  /** Since when. */
  readonly since: number
  /** When an attempt last said something. The level is as old as that. */
  readonly observedAt?: number
  /** Set while a feed says that there is trouble: thresholds are lower. */
  readonly caution?: true
}

/** What is kept of one model at one endpoint. */
export class ObservedEndpoint {
  readonly pair: EndpointModel
  readonly #options: Required<HealthOptions>
  readonly #window: SlidingTally
  readonly #hours = new HoursOfDay()
  #held: HeldLevel
  #observedAt: number | undefined
  #slowAfterMs = Infinity
  #slowKnownAt = -Infinity

  /** @param hours what was known of its hours before */
  constructor(
    pair: EndpointModel,
    { options, now, hours }: { options: Required<HealthOptions>; now: number; hours: readonly HourRecord[] },
  ) {
    this.pair = pair
    this.#options = options
    this.#window = new SlidingTally(options.windowMs)
    this.#held = unknownSince(now)
    this.#hours.restore(hours)
  }

  get rank(): HeldLevel['rank'] {
    return this.#held.rank
  }

  observe(observation: Observation, now: number, wallTime: number): void {
    this.#learnSlow(now)
    this.#window.add(observation, now, this.#slowAfterMs)
    this.#hours.add(observation, wallTime)
    this.#observedAt = now
  }

  /** Takes in what the window says by now. */
  assess(now: number, caution: boolean): void {
    const { staleAfterMs, holdMs } = this.#options
    if (this.#observedAt === undefined) return
    if (now - this.#observedAt >= staleAfterMs) {
      if (this.#held.rank !== undefined) this.#held = unknownSince(now)
    } else this.#held = afterFinding(this.#held, assess(this.#window.counted(now), this.#options, caution), now, holdMs)
  }

  /** @param epochMs the time since 1970 at which the clock was 0 */
  read(now: number, epochMs: number, caution: boolean): EndpointHealth {
    const { rank, since } = this.#held
    const total = this.#window.total(now)
    const trouble = total.counts.overloaded + total.counts.failed
    return {
      ...this.pair,
      level: rank === undefined ? 'unknown' : (HEALTH_LEVELS[rank] as ObservedLevel),
      since: epochMs + since,
      ...(this.#observedAt === undefined ? {} : { observedAt: epochMs + this.#observedAt }),
      ...total.read(),
      ...(total.attempts === 0 ? {} : { troubleRatio: trouble / total.attempts }),
      ...(caution ? { caution: true } : {}),
    }
  }

  recordHours(): PairHours {
    return { ...this.pair, hours: this.#hours.record() }
  }

  readHours(): HourTallied[] {
    return this.#hours.read()
  }

  /** What is usual changes slowly: it is looked up once in a step of the window. */
  #learnSlow(now: number): void {
    const { slowFactor, windowMs } = this.#options
    if (now - this.#slowKnownAt < windowMs / 6) return
    this.#slowKnownAt = now
    this.#slowAfterMs = (this.#hours.calmestMs ?? Infinity) * slowFactor
  }
}
