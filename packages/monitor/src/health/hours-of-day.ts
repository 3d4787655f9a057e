import type { Observation } from './observation.ts'
import { Tally, type Tallied } from './tally.ts'
import type { HourRecord } from './pair-hours.ts'

const HOUR_MS = 3_600_000
const HOURS_A_DAY = 24
/** As for a learned load profile: what was seen a week ago counts half. */
const HALF_LIFE_MS = 7 * HOURS_A_DAY * HOUR_MS
/** From so many answers on an hour's median means something. */
const MIN_ANSWERS = 20

/** What one hour of the UTC day has shown, over the last weeks. */
export interface HourTallied extends Tallied {
  /** 0 to 23. */
  readonly hour: number
}

interface Hour {
  readonly tally: Tally
  /** The hour since 1970 in which it was added to last. */
  at: number
}

/** What each hour of the UTC day has shown. An hour that comes round again fades what it knew first. */
export class HoursOfDay {
  readonly #hours = new Map<number, Hour>()

  add(observation: Observation, wallTime: number): void {
    const at = Math.floor(wallTime / HOUR_MS)
    const hour = ((at % HOURS_A_DAY) + HOURS_A_DAY) % HOURS_A_DAY
    let known = this.#hours.get(hour)
    if (known === undefined) this.#hours.set(hour, (known = { tally: new Tally(), at }))
    if (at > known.at) {
      known.tally.fade(0.5 ** (((at - known.at) * HOUR_MS) / HALF_LIFE_MS))
      known.at = at
    }
    known.tally.add(observation, Infinity)
  }

  /** What is known, as plain data. */
  record(): HourRecord[] {
    return [...this.#hours].map(([hour, { tally, at }]) => ({ hour, at, ...tally.record() }))
  }

  /** Takes over what `record` gave. */
  restore(records: readonly HourRecord[]): void {
    for (const { hour, at, ...tallied } of records) {
      const tally = new Tally()
      tally.addRecord(tallied)
      this.#hours.set(hour, { tally, at })
    }
  }

  /** How long an answer takes in the calmest hour that is known well enough: the median. */
  get calmestMs(): number | undefined {
    let calmest: number | undefined
    for (const { tally } of this.#hours.values()) {
      const median = tally.durations.count >= MIN_ANSWERS ? tally.durations.quantile(0.5) : undefined
      if (median !== undefined && (calmest === undefined || median < calmest)) calmest = median
    }
    return calmest
  }

  /** The hours of which something is known, from 0 to 23. */
  read(): HourTallied[] {
    return [...this.#hours].toSorted(([a], [b]) => a - b).map(([hour, { tally }]) => ({ hour, ...tally.read() }))
  }
}
