import * as api from '@opentelemetry/api'
import type { BatchObservableCallback, Meter, Observable } from '@opentelemetry/api'
import type { Pipeline } from '@spillway/core'
import type { BoundedValues } from './bounded-values.ts'
import type { LivingPipelines } from './living-pipelines.ts'
import { METRICS, type MetricName } from './metric-definitions.ts'
import { readPipeline } from './readings.ts'
import { SeriesBook } from './series-book.ts'

/** The metrics that say how things are: read from the pipelines when somebody collects. */
export class StateMetrics {
  readonly #meter: Meter
  readonly #bounded: BoundedValues
  readonly #observables = new Map<MetricName, Observable>()
  readonly #pipelines: LivingPipelines
  readonly #book = new SeriesBook<MetricName>()
  readonly #collect: BatchObservableCallback

  /** @param pipelines whose state is read */
  constructor(meter: Meter, bounded: BoundedValues, pipelines: LivingPipelines) {
    this.#meter = meter
    this.#pipelines = pipelines
    this.#bounded = bounded
    for (const short of Object.keys(METRICS) as MetricName[]) {
      const { name, kind, unit, text: description } = METRICS[short]
      const options = { unit, description }
      if (kind === 'gauge') this.#observables.set(short, meter.createObservableGauge(name, options))
      if (kind === 'updown') this.#observables.set(short, meter.createObservableUpDownCounter(name, options))
    }
    this.#collect = (result) => {
      // What has the same attributes is one series, with the sum of all.
      this.#book.begin()
      for (const pipeline of this.#pipelines.all()) this.#read(pipeline)
      for (const { metric, attributes, value } of this.#book.all()) {
        const observable = this.#observables.get(metric)
        if (observable !== undefined) result.observe(observable, value, attributes)
      }
    }
    meter.addBatchObservableCallback(this.#collect, [...this.#observables.values()])
  }

  stop(): void {
    this.#meter.removeBatchObservableCallback(this.#collect, [...this.#observables.values()])
  }

  #read(pipeline: Pipeline<unknown>): void {
    try {
      readPipeline(pipeline, (metric, value, values) => {
        if (typeof value !== 'number' || !Number.isFinite(value)) return
        this.#book.of(metric, this.#bounded.attributes(values)).value += value
      })
    } catch (error) {
      // A policy of somebody else's whose snapshot() throws.
      api.diag.warn(`The state of the pipeline ${pipeline.name} cannot be read.`, error)
    }
  }
}
