import type { Meter } from '@opentelemetry/api'
import type { Pipeline, SpillwayEvent } from '@spillway/core'
import { BoundedValues } from './bounded-values.ts'
import type { CallSums } from './call-sums.ts'
import type { CallTrace } from './call-trace.ts'
import { EventMetrics } from './event-metrics.ts'
import { LivingPipelines } from './living-pipelines.ts'
import { logEvent } from './log-event.ts'
import { OPEN_TELEMETRY_DEFAULTS, type OpenTelemetryOptions } from './open-telemetry-options.ts'
import { Providers } from './providers.ts'
import { StateMetrics } from './state-metrics.ts'

/** One call under way. */
export interface Watched {
  readonly sums: CallSums
  /** `undefined`: nobody takes spans. */
  readonly trace: CallTrace | undefined
  over: boolean
}

/** What all pipelines share that one plugin tells about: who takes it, and the instruments. */
export class Telemetry {
  readonly providers: Providers
  readonly #bounded: BoundedValues
  readonly #pipelines = new LivingPipelines()
  #events: EventMetrics | undefined
  #states: StateMetrics | undefined

  constructor(options: OpenTelemetryOptions) {
    this.providers = new Providers(options)
    this.#bounded = new BoundedValues(options.maxAttributeValues ?? OPEN_TELEMETRY_DEFAULTS.maxAttributeValues)
  }

  /** Tells about the state of a pipeline from now on. Gives back how to stop. */
  add(pipeline: Pipeline<unknown>): () => void {
    this.#measure()
    return this.#pipelines.add(pipeline)
  }

  /** @param call the call that the event belongs to, where it is known */
  heard(event: SpillwayEvent, epochMs: () => number, call: Watched | undefined): void {
    if (this.#events === undefined) this.#measure()
    this.#events?.heard(event, call?.sums)
    const { logger } = this.providers
    if (logger !== undefined) logEvent(logger, event, epochMs, call?.trace?.context)
  }

  stop(): void {
    this.#states?.stop()
  }

  /** Makes the instruments once somebody takes metrics. */
  #measure(): void {
    const { meter } = this.providers
    if (meter !== undefined && this.#events === undefined) this.#make(meter)
  }

  #make(meter: Meter): void {
    this.#events = new EventMetrics(meter, this.#bounded)
    this.#states = new StateMetrics(meter, this.#bounded, this.#pipelines)
  }
}
