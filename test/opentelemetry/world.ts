import { pipeline, type Part, type Pipeline, type PipelineOptions } from '@spillway/core'
import { VirtualClock } from '@spillway/core/testing'
import { instrument, type OpenTelemetryOptions } from '@spillway/opentelemetry'
import type { Point, Span } from './otlp-receiver.ts'
import { startSdk, type Sdk } from './sdk.ts'

/** What was exported of spans, as a trace is read. */
interface Trace {
  /** The calls' spans, in the order in which they began. */
  readonly calls: readonly Span[]
  /** The attempts of a call, by number. */
  readonly attemptsOf: (call: Span | undefined) => Span[]
}

/** A pipeline in virtual time that tells a real SDK. */
export interface World extends Sdk {
  readonly clock: VirtualClock
  readonly calls: Pipeline
  readonly stop: () => void
  readonly trace: () => Promise<Trace>
  readonly metrics: () => Promise<readonly Point[]>
}

/** The names of what happened in a span. */
export const eventsOf = (span: Pick<Span, 'events'> | undefined): string[] =>
  (span?.events ?? []).map(({ name }) => name)

const numberOf = ({ attributes }: Span): number => Number(attributes['spillway.attempt.number'])

export const world = async (
  parts: readonly Part[],
  options: PipelineOptions = {},
  settings: OpenTelemetryOptions = {},
): Promise<World> => {
  const sdk = await startSdk()
  const clock = new VirtualClock()
  const calls = pipeline(parts, { name: 'images', clock, random: () => 0.5, ...options }) as Pipeline
  const stop = instrument(calls, { ...sdk.providers, ...settings })
  return {
    ...sdk,
    clock,
    calls,
    stop,
    async trace() {
      await sdk.flush()
      const spans = sdk.receiver.spans()
      return {
        calls: spans.filter(({ name }) => name.startsWith('spillway.call')).toSorted((a, b) => a.startMs - b.startMs),
        attemptsOf: (call) =>
          spans
            .filter(({ name, parentSpanId }) => name === 'spillway.attempt' && parentSpanId === call?.spanId)
            .toSorted((a, b) => numberOf(a) - numberOf(b)),
      }
    },
    async metrics() {
      await sdk.flush()
      return sdk.receiver.points()
    },
  }
}
