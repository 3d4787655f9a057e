import * as api from '@opentelemetry/api'
import type { Attributes, Context, HrTime, Link, Span, SpanContext, Tracer } from '@opentelemetry/api'
import {
  requestedModel,
  type Call,
  type CallCompleted,
  type CallContext,
  type SpillwayEvent,
  type Verdict,
} from '@spillway/core'
import type { CallSums } from './call-sums.ts'
import { errorTypeOf, isError, wordOf } from './error-type.ts'
import { attributesOf } from './event-attributes.ts'
import { ATTRIBUTE as A, EXCEPTION } from './semconv.ts'

interface AttemptSpan {
  readonly span: Span
  readonly startedAt: number
}

/** Where spans begin and end is no event in them. */
const BOUNDS: ReadonlySet<string> = new Set(['call.started', 'call.completed', 'attempt.started'])

/** The spans of one call: its own, and one for each attempt. Times are the pipeline's clock's, also where that is virtual. */
export class CallTrace {
  readonly #tracer: Tracer
  readonly #span: Span
  /** What runs under the call has this around it. */
  readonly context: Context
  readonly #epochMs: number
  readonly #atWork = new Map<number, AttemptSpan>()
  /** The attempt that ended last. */
  #last: SpanContext | undefined
  /** Whether a hedge was started after what it replaces had failed. */
  #replaces = false
  #ended = false

  /** @param epochMs the time since 1970 at which the pipeline's clock was 0 */
  constructor(tracer: Tracer, call: Call, parent: Context, epochMs: number) {
    const { pipeline, priority, startedAt } = call
    this.#tracer = tracer
    this.#epochMs = epochMs
    const attributes: Attributes = { [A.pipeline]: pipeline }
    if (priority !== 0) attributes[A.priority] = priority
    const model = call.get(requestedModel)
    if (model !== undefined) attributes[A.genAiRequestModel] = model
    const startTime = this.#time(startedAt)
    this.#span = tracer.startSpan(`spillway.call ${pipeline}`, { attributes, startTime }, parent)
    this.context = api.trace.setSpan(parent, this.#span)
  }

  get spanContext(): SpanContext {
    return this.#span.spanContext()
  }

  /** How many attempts have begun and not ended. */
  get atWork(): number {
    return this.#atWork.size
  }

  /** An attempt begins. Gives what its operation has around it: the spans that it makes belong to this attempt. */
  beginAttempt(context: CallContext): Context {
    const { attempt, endpoint, startedAt, call } = context
    const rivals = [...this.#atWork.values()].map(({ span }) => span.spanContext())
    if (this.#replaces && this.#last !== undefined) rivals.push(this.#last)
    this.#replaces = false
    const attributes: Attributes = { [A.pipeline]: call.pipeline, [A.attempt]: attempt }
    if (endpoint !== undefined) attributes[A.endpoint] = endpoint.name
    const model = context.get(requestedModel) ?? endpoint?.model
    if (model !== undefined) attributes[A.genAiRequestModel] = model
    if (attempt > 1) attributes[A.httpResendCount] = attempt - 1
    if (rivals.length > 0) attributes[A.hedge] = true
    const links = rivals.map((rival): Link => ({ context: rival, attributes: { [A.link]: 'hedge' } }))
    const startTime = this.#time(startedAt)
    const span = this.#tracer.startSpan('spillway.attempt', { attributes, links, startTime }, this.context)
    this.#atWork.set(attempt, { span, startedAt })
    return api.trace.setSpan(this.context, span)
  }

  /** @param leader the call whose work this one waits for, where the event says so */
  heard(event: SpillwayEvent, leader: CallTrace | undefined): void {
    if (BOUNDS.has(event.type)) return
    if (event.type === 'attempt.completed') return this.#endAttempt(event)
    if (event.type === 'attempt.committed') return this.#commit(event)
    if (event.type === 'hedge.started') this.#replaces = event.why === 'failure'
    if (event.type === 'cache.coalesced') this.#follow(leader)
    if (!this.#ended && this.#span.isRecording())
      this.#span.addEvent(`spillway.${event.type}`, attributesOf(event), this.#time(event.at))
  }

  end({ verdict, errorName, attempts, durationMs, at }: CallCompleted, sums: CallSums): void {
    this.#ended = true
    if (this.#span.isRecording()) {
      const workedMs = sums.workedMs(at)
      this.#span.setAttributes({
        [A.attemptCount]: attempts,
        [A.retryCount]: sums.retries,
        [A.hedgeCount]: sums.hedges,
        [A.failoverCount]: sums.failovers,
        [A.working]: workedMs / 1000,
        [A.waiting]: Math.max(0, durationMs - workedMs) / 1000,
        ...(sums.cost === undefined ? {} : { [A.cost]: sums.cost }),
        ...(sums.endpoint === undefined ? {} : { [A.endpoint]: sums.endpoint }),
      })
      // An answer without the result is no error here: the caller got it.
      this.#conclude(this.#span, verdict, errorName, errorName !== undefined && isError(verdict), at)
    }
    this.#span.end(this.#time(at))
  }

  /** Nobody will say how it ends. */
  abandon(now: number): void {
    for (const { span } of this.#atWork.values()) span.end(this.#time(now))
    if (!this.#ended) this.#span.end(this.#time(now))
    this.#ended = true
  }

  #endAttempt({ verdict, errorName, attempt = 0, at }: Extract<SpillwayEvent, { type: 'attempt.completed' }>): void {
    const span = this.#atWork.get(attempt)?.span
    if (span === undefined) return
    this.#atWork.delete(attempt)
    this.#last = span.spanContext()
    if (errorName === 'HedgeLostError') span.setAttribute(A.hedgeLost, true)
    if (span.isRecording()) this.#conclude(span, verdict, errorName, isError(verdict), at)
    span.end(this.#time(at))
  }

  #commit({ attempt = 0, at }: SpillwayEvent): void {
    const found = this.#atWork.get(attempt)
    found?.span.setAttribute(A.timeToContent, (at - found.startedAt) / 1000)
  }

  #conclude(span: Span, verdict: Verdict, errorName: string | undefined, failed: boolean, at: number): void {
    const { kind, status, billed, retryAfterMs } = verdict
    const code = wordOf(verdict.code)
    const attributes: Attributes = { [A.outcome]: kind }
    if (status !== undefined) attributes[A.httpStatus] = status
    if (code !== undefined) attributes[A.providerCode] = code
    if (billed !== undefined) attributes[A.billed] = billed
    if (retryAfterMs !== undefined) attributes[A.retryAfter] = retryAfterMs / 1000
    if (failed) {
      attributes[A.errorType] = errorTypeOf(verdict, errorName)
      // Neither a message nor a description: they may quote a prompt.
      span.setStatus({ code: api.SpanStatusCode.ERROR })
      const type = wordOf(errorName)
      if (type !== undefined) span.addEvent(EXCEPTION, { [A.exceptionType]: type }, this.#time(at))
    }
    span.setAttributes(attributes)
  }

  #follow(leader: CallTrace | undefined): void {
    this.#span.setAttribute(A.coalesced, true)
    // An API before 1.9 knows no links after the start.
    if (leader !== undefined && 'addLink' in this.#span)
      this.#span.addLink({ context: leader.spanContext, attributes: { [A.link]: 'coalesced' } })
  }

  #time(at: number): HrTime {
    const ms = this.#epochMs + at
    const seconds = Math.floor(ms / 1000)
    return [seconds, Math.floor((ms - seconds * 1000) * 1e6)]
  }
}
