import * as api from '@opentelemetry/api'
import { createContextKey, type CallContext, type ContextKey, type Pipeline, type PluginHooks } from '@spillway/core'
import { CallSums } from './call-sums.ts'
import { CallTrace } from './call-trace.ts'
import type { Providers } from './providers.ts'

/** One call under way. */
interface Watched {
  readonly sums: CallSums
  /** `undefined`: nobody takes spans. */
  readonly trace: CallTrace | undefined
}

const WATCHED: ContextKey<Watched | undefined> = createContextKey<Watched | undefined>('opentelemetry', undefined)

/** The SDK's own key: exporters set it around what they do, so that telemetry causes no telemetry. */
const SUPPRESSED = api.createContextKey('OpenTelemetry SDK Context Key SUPPRESS_TRACING')

/** What is done at one pipeline: spans around calls and attempts, and what its events say. */
export const watchPipeline = ({ clock }: Pipeline<unknown>, providers: Providers): PluginHooks => {
  const calls = new Map<number, Watched>()
  /** Calls that telemetry itself makes, about which nothing is told. */
  const suppressed = new Set<number>()

  return {
    aroundCall(run, { call }: CallContext) {
      const around = api.context.active()
      if (around.getValue(SUPPRESSED) === true) {
        suppressed.add(call.id)
        return run()
      }
      const { tracer } = providers
      const trace = tracer === undefined ? undefined : new CallTrace(tracer, call, around)
      const watched: Watched = { sums: new CallSums(), trace }
      calls.set(call.id, watched)
      call.set(WATCHED, watched)
      if (trace === undefined) run()
      else api.context.with(trace.context, run)
    },
    aroundAttempt(run, context) {
      const watched = context.get(WATCHED)
      if (watched?.trace === undefined) return run()
      // What goes on after its call is heard until it ends, too.
      calls.set(context.call.id, watched)
      api.context.with(watched.trace.beginAttempt(context), run)
    },
    onEvent(event) {
      const { callId } = event
      if (callId === undefined) return
      const watched = calls.get(callId)
      watched?.sums.heard(event)
      watched?.trace?.heard(event, event.type === 'cache.coalesced' ? calls.get(event.leader)?.trace : undefined)
      if (event.type === 'call.completed') {
        calls.delete(callId)
        suppressed.delete(callId)
        if (watched !== undefined) watched.trace?.end(event, watched.sums)
      }
    },
    detach() {
      for (const { trace } of calls.values()) trace?.abandon(clock.now())
      calls.clear()
    },
  }
}
