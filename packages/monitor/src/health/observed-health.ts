import type { Clock } from '@spillway/core'
import { HEALTH_LEVELS, type ObservedLevel } from './health-level.ts'
import type { HealthOptions } from './health-options.ts'
import type { HourTallied } from './hours-of-day.ts'
import type { Observation } from './observation.ts'
import { ObservedTarget, type Target, type TargetHealth } from './target-health.ts'

/** Which levels changed. */
export interface LevelChange extends Target {
  readonly from: ObservedLevel
  readonly to: ObservedLevel
}

/** Every model at every endpoint that calls have gone to, the last of them. */
export class ObservedHealth {
  readonly #clock: Clock
  readonly #options: Required<HealthOptions>
  readonly #cautious: (target: Target) => boolean
  readonly #changed: (change: LevelChange) => void
  /** Those used longest ago first. */
  readonly #targets = new Map<string, ObservedTarget>()

  /**
   * @param cautious whether a feed says that there is trouble with a target
   * @param changed told of every level that changes
   */
  constructor(
    clock: Clock,
    options: Required<HealthOptions>,
    cautious: (target: Target) => boolean,
    changed: (change: LevelChange) => void,
  ) {
    this.#clock = clock
    this.#options = options
    this.#cautious = cautious
    this.#changed = changed
  }

  observe(target: Target, observation: Observation): void {
    const key = keyOf(target)
    const now = this.#clock.now()
    const known = this.#targets.get(key) ?? new ObservedTarget(target, this.#options, now)
    this.#targets.delete(key)
    this.#targets.set(key, known)
    if (this.#targets.size > this.#options.maxTargets) this.#forgetOldest()
    known.observe(observation, now, this.#clock.wallTime())
    this.#assess(known, now)
  }

  /** Takes in that time has passed. */
  assess(): void {
    const now = this.#clock.now()
    for (const known of this.#targets.values()) this.#assess(known, now)
  }

  read(): TargetHealth[] {
    const now = this.#clock.now()
    const epochMs = this.#clock.wallTime() - now
    return [...this.#targets.values()].map((known) => known.read(now, epochMs, this.#cautious(known.target)))
  }

  hoursOf(target: Target): HourTallied[] {
    return this.#targets.get(keyOf(target))?.readHours() ?? []
  }

  #assess(known: ObservedTarget, now: number): void {
    const before = known.rank
    known.assess(now, this.#cautious(known.target))
    if (known.rank !== before) this.#changed({ ...known.target, from: levelOf(before), to: levelOf(known.rank) })
  }

  #forgetOldest(): void {
    for (const key of this.#targets.keys()) {
      this.#targets.delete(key)
      return
    }
  }
}

/** Names may hold anything: two of them are one pair only where both are the same. */
const keyOf = ({ endpoint, model }: Target): string => JSON.stringify([endpoint, model])

const levelOf = (rank: ObservedTarget['rank']): ObservedLevel =>
  rank === undefined ? 'unknown' : (HEALTH_LEVELS[rank] as ObservedLevel)
