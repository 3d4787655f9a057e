import { DurationHistogram } from './duration-histogram.ts'
import { OBSERVATION_KINDS, type Observation, type ObservationKind } from './observation.ts'
import type { HourRecord } from './pair-hours.ts'

/** Two quantiles of what was seen, in milliseconds, within 5 %. */
export interface Quantiles {
  readonly p50: number
  readonly p95: number
}

/** What a stretch of time has shown. */
export interface Tallied {
  /** How many attempts said something of the endpoint's health. Of an hour of the day: a number that fades. */
  readonly attempts: number
  /** The share of them that was answered, from 0 to 1; absent where there were none. */
  readonly successRatio?: number
  /** The share of them that was refused for want of capacity, from 0 to 1; absent where there were none. */
  readonly overloadedRatio?: number
  /** How long the answered ones took, to the end of a stream; absent where none was. */
  readonly durationMs?: Quantiles
  /** How long the first content of the answered streams took: the time to first byte that means something. */
  readonly contentMs?: Quantiles
}

/** Counts and times of a stretch of time: a few hundred numbers, whatever happens in it. */
export class Tally {
  readonly counts: Record<ObservationKind, number> = { success: 0, overloaded: 0, failed: 0, unusable: 0 }
  /** Answers that took much longer than usual. */
  slow = 0
  readonly #durations = new DurationHistogram()
  /** Only where there are streams. */
  #contents: DurationHistogram | undefined

  get attempts(): number {
    const { success, overloaded, failed, unusable } = this.counts
    return success + overloaded + failed + unusable
  }

  get durations(): Pick<DurationHistogram, 'count' | 'quantile'> {
    return this.#durations
  }

  /** @param slowAfterMs from when on an answer is slow */
  add({ kind, durationMs, contentMs }: Observation, slowAfterMs: number): void {
    this.counts[kind]++
    if (kind !== 'success') return
    if (durationMs > slowAfterMs) this.slow++
    this.#durations.add(durationMs)
    if (contentMs !== undefined) (this.#contents ??= new DurationHistogram()).add(contentMs)
  }

  addAll(other: Tally): void {
    for (const kind of OBSERVATION_KINDS) this.counts[kind] += other.counts[kind]
    this.slow += other.slow
    this.#durations.addAll(other.#durations)
    if (other.#contents !== undefined) (this.#contents ??= new DurationHistogram()).addAll(other.#contents)
  }

  fade(weight: number): void {
    for (const kind of OBSERVATION_KINDS) this.counts[kind] *= weight
    this.slow *= weight
    this.#durations.fade(weight)
    this.#contents?.fade(weight)
  }

  clear(): void {
    for (const kind of OBSERVATION_KINDS) this.counts[kind] = 0
    this.slow = 0
    this.#durations.clear()
    this.#contents?.clear()
  }

  /** All but what is slow, which is a matter of the window. */
  record(): Pick<HourRecord, 'counts' | 'durations' | 'contents'> {
    const { counts } = this
    return { counts: { ...counts }, durations: this.#durations.entries(), contents: this.#contents?.entries() ?? [] }
  }

  addRecord({ counts, durations, contents }: Pick<HourRecord, 'counts' | 'durations' | 'contents'>): void {
    for (const kind of OBSERVATION_KINDS) this.counts[kind] += counts[kind]
    this.#durations.addEntries(durations)
    if (contents.length > 0) (this.#contents ??= new DurationHistogram()).addEntries(contents)
  }

  read(): Tallied {
    const { attempts, counts } = this
    if (attempts === 0) return { attempts }
    const durationMs = quantilesOf(this.#durations)
    const contentMs = quantilesOf(this.#contents)
    return {
      attempts,
      successRatio: counts.success / attempts,
      overloadedRatio: counts.overloaded / attempts,
      ...(durationMs === undefined ? {} : { durationMs }),
      ...(contentMs === undefined ? {} : { contentMs }),
    }
  }
}

const quantilesOf = (histogram: DurationHistogram | undefined): Quantiles | undefined => {
  const p50 = histogram?.quantile(0.5)
  const p95 = histogram?.quantile(0.95)
  return p50 === undefined || p95 === undefined ? undefined : { p50, p95 }
}
