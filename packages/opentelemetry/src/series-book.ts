/** A series of a metric that is read from a state. */
export interface ToldSeries<M extends string> {
  readonly metric: M
  readonly attributes: Record<string, string>
  value: number
}

/**
 * What is read whenever somebody collects. An SDK goes on exporting the last value of a series that nobody observes any more, so that
 * the circuit of a pipeline that is gone would be open for ever: what was told once is told as 0 when it is gone.
 */
export class SeriesBook<M extends string> {
  readonly #told = new Map<string, ToldSeries<M>>()

  /** Everything is gone until it is entered again. */
  begin(): void {
    for (const series of this.#told.values()) series.value = 0
  }

  /** The series with these attributes. */
  of(metric: M, attributes: Record<string, string>): ToldSeries<M> {
    const key = JSON.stringify([metric, attributes])
    let series = this.#told.get(key)
    if (series === undefined) this.#told.set(key, (series = { metric, attributes, value: 0 }))
    return series
  }

  all(): Iterable<ToldSeries<M>> {
    return this.#told.values()
  }
}
