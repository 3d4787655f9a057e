import type { Clock } from '@spillway/core'
import { HEALTH_LEVELS, type ObservedLevel } from './health-level.ts'
import type { HealthOptions } from './health-options.ts'
import type { HourTallied } from './hours-of-day.ts'
import type { Observation } from './observation.ts'
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

  observe(pair: EndpointModel, observation: Observation): void {
    const key = keyOf(pair)
    const now = this.#clock.now()
    const known = this.#endpoints.get(key) ?? new ObservedEndpoint(pair, this.#options, now)
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
    return this.#endpoints.get(keyOf(pair))?.readHours() ?? []
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

/** Names may hold anything: two of them are one pair only where both are the same. */
const keyOf = ({ endpoint, model }: EndpointModel): string => JSON.stringify([endpoint, model])

const levelOf = (rank: ObservedEndpoint['rank']): ObservedLevel =>
  rank === undefined ? 'unknown' : (HEALTH_LEVELS[rank] as ObservedLevel)
