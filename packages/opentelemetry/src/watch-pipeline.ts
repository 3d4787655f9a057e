import * as api from '@opentelemetry/api'
import { createContextKey, type CallContext, type ContextKey, type Pipeline, type PluginHooks } from '@spillway/core'
import { CallSums } from './call-sums.ts'
import { CallTrace } from './call-trace.ts'
import type { Telemetry, Watched } from './telemetry.ts'

const WATCHED: ContextKey<Watched | undefined> = createContextKey<Watched | undefined>('opentelemetry', undefined)

/** The SDK's own key: exporters set it around what they do, so that telemetry causes no telemetry. */
const SUPPRESSED = api.createContextKey('OpenTelemetry SDK Context Key SUPPRESS_TRACING')

/** What is done at one pipeline: spans around calls and attempts, and what its events say. */
export const watchPipeline = (pipeline: Pipeline<unknown>, telemetry: Telemetry): PluginHooks => {
  const { clock } = pipeline
  const calls = new Map<number, Watched>()
  /** Calls that telemetry itself makes, about which nothing is told. */
  const suppressed = new Set<number>()
  const epochMs = (): number => clock.wallTime() - clock.now()
  const leave = telemetry.add(pipeline)

  return {
    aroundCall(run, { call }: CallContext) {
      const around = api.context.active()
      if (around.getValue(SUPPRESSED) === true) {
        suppressed.add(call.id)
        return run()
      }
      const { tracer } = telemetry.providers
      const trace = tracer === undefined ? undefined : new CallTrace(tracer, call, around, epochMs())
      const watched: Watched = { sums: new CallSums(), trace, over: false }
      calls.set(call.id, watched)
      call.set(WATCHED, watched)
      if (trace === undefined) run()
      else api.context.with(trace.context, run)
    },
    aroundAttempt(run, context) {
      const watched = context.get(WATCHED)
      if (watched?.trace === undefined) return run()
      // An attempt may outlive its call: a stale answer is renewed.
      if (watched.over) calls.set(context.call.id, watched)
      api.context.with(watched.trace.beginAttempt(context), run)
    },
    onEvent(event) {
      const { type, callId } = event
      if (callId !== undefined && suppressed.has(callId)) {
        if (type === 'call.completed') suppressed.delete(callId)
        return
      }
      const watched = callId === undefined ? undefined : calls.get(callId)
      watched?.sums.heard(event)
      if (watched?.trace !== undefined) {
        const leader = type === 'cache.coalesced' ? calls.get(event.leader)?.trace : undefined
        watched.trace.heard(event, leader)
      }
      telemetry.heard(event, epochMs, watched)
      if (callId === undefined || watched === undefined) return
      if (type === 'call.completed') {
        watched.over = true
        watched.trace?.end(event, watched.sums)
      }
      if (watched.over && (watched.trace?.atWork ?? 0) === 0) calls.delete(callId)
    },
    detach() {
      leave()
      for (const { trace } of calls.values()) trace?.abandon(clock.now())
      calls.clear()
    },
  }
}
