import type { Clock } from '@spillway/core'
import { HEALTH_LEVELS, type ObservedLevel } from './health-level.ts'
import type { HealthOptions } from './health-options.ts'
import { HoursOfDay, type HourTallied } from './hours-of-day.ts'
import type { Observation } from './observation.ts'
import type { PairHours } from './pair-hours.ts'
import { ObservedEndpoint, type EndpointModel, type EndpointHealth } from './endpoint-health.ts'

/** Which levels changed. */
export interface LevelChange extends EndpointModel {
  readonly from: ObservedLevel
  readonly to: ObservedLevel
}

/** Every model at every endpoint that calls have gone to, the last of them. */
export class ObservedHealth {
  readonly #clock: Clock
  readonly #options: Required<HealthOptions>
  readonly #cautious: (pair: EndpointModel) => boolean
  readonly #changed: (change: LevelChange) => void
  /** Those used longest ago first. */
  readonly #endpoints = new Map<string, ObservedEndpoint>()
  /** The hours of those that no call has gone to yet. */
  readonly #restored = new Map<string, PairHours>()

  /**
   * @param cautious whether a feed says that there is trouble with a pair
   * @param changed told of every level that changes
   */
  constructor(
    clock: Clock,
    options: Required<HealthOptions>,
    cautious: (pair: EndpointModel) => boolean,
    changed: (change: LevelChange) => void,
  ) {
    this.#clock = clock
    this.#options = options
    this.#cautious = cautious
    this.#changed = changed
  }

  /** Takes over what `recordHours` gave, as far as there is room. */
  restoreHours(known: readonly PairHours[]): void {
    for (const each of known.slice(0, this.#options.maxEndpoints)) this.#restored.set(keyOf(each), each)
  }

  /** What is known of the hours of each pair, as plain data: those that calls have gone to, the last first, and those of before. */
  recordHours(): PairHours[] {
    const live = [...this.#endpoints.values()].map((known) => known.recordHours()).toReversed()
    return [...live, ...this.#restored.values()].slice(0, this.#options.maxEndpoints)
  }

  observe(pair: EndpointModel, observation: Observation): void {
    const key = keyOf(pair)
    const now = this.#clock.now()
    const known = this.#endpoints.get(key) ?? this.#meet(pair, key, now)
    this.#endpoints.delete(key)
    this.#endpoints.set(key, known)
    if (this.#endpoints.size > this.#options.maxEndpoints) this.#forgetOldest()
    known.observe(observation, now, this.#clock.wallTime())
    this.#assess(known, now)
  }

  /** Takes in that time has passed. */
  assess(): void {
    const now = this.#clock.now()
    for (const known of this.#endpoints.values()) this.#assess(known, now)
  }

  read(): EndpointHealth[] {
    const now = this.#clock.now()
    const epochMs = this.#clock.wallTime() - now
    return [...this.#endpoints.values()].map((known) => known.read(now, epochMs, this.#cautious(known.pair)))
  }

  hoursOf(pair: EndpointModel): HourTallied[] {
    const key = keyOf(pair)
    const before = this.#restored.get(key)
    if (before !== undefined) return hoursIn(before)
    return this.#endpoints.get(key)?.readHours() ?? []
  }

  #meet(pair: EndpointModel, key: string, now: number): ObservedEndpoint {
    const hours = this.#restored.get(key)?.hours ?? []
    this.#restored.delete(key)
    return new ObservedEndpoint(pair, { options: this.#options, now, hours })
  }

  #assess(known: ObservedEndpoint, now: number): void {
    const before = known.rank
    known.assess(now, this.#cautious(known.pair))
    if (known.rank !== before) this.#changed({ ...known.pair, from: levelOf(before), to: levelOf(known.rank) })
  }

  #forgetOldest(): void {
    for (const key of this.#endpoints.keys()) {
      this.#endpoints.delete(key)
      return
    }
  }
}

const hoursIn = ({ hours }: PairHours): HourTallied[] => {
  const day = new HoursOfDay()
  day.restore(hours)
  return day.read()
}

/** Names may hold anything: two of them are one pair only where both are the same. */
const keyOf = ({ endpoint, model }: EndpointModel): string => JSON.stringify([endpoint, model])

const levelOf = (rank: ObservedEndpoint['rank']): ObservedLevel =>
  rank === undefined ? 'unknown' : (HEALTH_LEVELS[rank] as ObservedLevel)
