import * as api from '@opentelemetry/api'
import type { Meter, Observable } from '@opentelemetry/api'
import type { Pipeline } from '@spillway/core'
import type { BoundedValues } from './bounded-values.ts'
import type { LivingPipelines } from './living-pipelines.ts'
import { METRICS, type MetricName } from './metric-definitions.ts'
import { observeSeries } from './observe-series.ts'
import { readPipeline } from './readings.ts'
import type { SeriesBook } from './series-book.ts'

/** The metrics that say how things are: read from the pipelines when somebody collects. */
export class StateMetrics {
  readonly #bounded: BoundedValues
  readonly #pipelines: LivingPipelines
  /** Ends what was told. */
  readonly stop: () => void

  /** @param pipelines whose state is read */
  constructor(meter: Meter, bounded: BoundedValues, pipelines: LivingPipelines) {
    this.#pipelines = pipelines
    this.#bounded = bounded
    const observables = new Map<MetricName, Observable>()
    for (const short of Object.keys(METRICS) as MetricName[]) {
      const { name, kind, unit, text: description } = METRICS[short]
      const options = { unit, description }
      if (kind === 'gauge') observables.set(short, meter.createObservableGauge(name, options))
      if (kind === 'updown') observables.set(short, meter.createObservableUpDownCounter(name, options))
    }
    // What has the same attributes is one series, with the sum of all.
    this.stop = observeSeries(meter, observables, (book) => {
      for (const pipeline of this.#pipelines.all()) this.#read(pipeline, book)
    })
  }

  #read(pipeline: Pipeline<unknown>, book: SeriesBook<MetricName>): void {
    try {
      readPipeline(pipeline, (metric, value, values) => {
        if (typeof value !== 'number' || !Number.isFinite(value)) return
        book.of(metric, this.#bounded.attributes(values)).value += value
      })
    } catch (error) {
      // A policy of somebody else's whose snapshot() throws.
      api.diag.warn(`The state of the pipeline ${pipeline.name} cannot be read.`, error)
    }
  }
}
