import { StreamTruncatedError, type CallContext, type Usage, type Verdict } from '@spillway/core'
import { classifyReply } from '../classify/classify-reply.ts'
import { beginsLikeEvents, called, isPageOrJson, nameOf } from './content-type.ts'
import { watchBytes, watchEvents } from './event-watch.ts'
import { keepReply, respondWith, withBytes } from './kept-reply.ts'
import { secretsIn, without } from '../request/secrets.ts'
import type { OutgoingRequest } from '../request/outgoing-request.ts'
import type { Protocol } from '../protocol.ts'
import { ProviderError } from '../classify/provider-error.ts'
import { readRateLimits, type RateLimitLevel } from '../limits/rate-limit-headers.ts'
import { GatheredBytes } from './gathered-bytes.ts'
import { discard, openBody, readError, readWhole, type OpenedBody } from './read-body.ts'
import { streamBody, type CommittedStream } from './stream-body.ts'

/** A preamble is short. What holds back more than this is delivered as it is. */
const LONGEST_PREAMBLE_BYTES = 32 * 1024 * 1024

/** One attempt's answer on its way to the caller. */
export interface Receiver {
  readonly protocol: Protocol
  readonly request: OutgoingRequest
  readonly context: CallContext
  /** How much of an answer, or of one event, is kept. */
  readonly maxAnswerBytes: number
  /** Remembers the verdict on an answer that is handed over all the same. */
  readonly judge: (response: Response, verdict: Verdict) => void
}

/**
 * Reads an answer as far as it takes to know what it is worth: errors and JSON whole, streams to their first content.
 *
 * @throws ProviderError with the answer put aside, for everything that is no result
 * @throws AnswerTooLargeError for one that would fill the memory
 */
export const receive = async (response: Response, receiver: Receiver): Promise<Response> => {
  const { protocol, request, context } = receiver
  context.progress('headers')
  tellLimits(response.headers, context)
  const { status, body } = response
  if (status !== 304 && (status < 200 || status >= 300)) {
    const bytes = body === null ? new Uint8Array() : await readError(body, context)
    throw failed(response, bytes, new TextDecoder().decode(bytes), receiver)
  }
  if (body === null) return response
  const asksModel = protocol.isModelCall?.(request) ?? true
  const { readEvent } = protocol
  const readsEvents = asksModel && readEvent !== undefined
  const named = nameOf(response)
  // Without a name, or with a wrong one, gateways send error pages, JSON, streams and nothing at all.
  const mayBeText = named === 'json' || (asksModel && named === 'unclear')
  if (named === 'events' ? !readsEvents : !mayBeText) return deliver(response, body, context)
  const opened = await openBody(body, context)
  return readsEvents && (named === 'events' || beginsLikeEvents(opened.start))
    ? receiveEvents(response, opened, readEvent, receiver)
    : receiveText(response, opened, asksModel, receiver)
}

/** What is left of the provider's limits, for whoever paces calls. */
const tellLimits = (headers: Headers, context: CallContext): void => {
  const levels: [string, RateLimitLevel][] = Object.entries(readRateLimits(headers, context.call.clock.wallTime()))
  if (levels.length > 0) context.providerSaid({ limits: levels.map(([unit, level]) => ({ unit, ...level })) })
}

const receiveText = async (
  response: Response,
  opened: OpenedBody,
  asksModel: boolean,
  receiver: Receiver,
): Promise<Response> => {
  const { protocol, request, context, judge, maxAnswerBytes } = receiver
  const bytes = await readWhole(opened, context, maxAnswerBytes)
  context.progress('content')
  const whole = respondWith(response, bytes)
  if (!asksModel) return whole
  const text = new TextDecoder().decode(bytes)
  if (text.trim() === '') {
    judge(whole, context.call.repeatable ? EMPTY : NOT_A_WORD)
    return whole
  }
  // A transcript may be plain text; a page is never an answer.
  if (nameOf(response) !== 'json' && !isPageOrJson(text)) return whole
  let said: unknown
  try {
    said = JSON.parse(text)
  } catch {
    throw failed(response, bytes, { error: { code: 'malformed_json' } }, receiver)
  }
  const { error, verdict, usage } = protocol.readAnswer?.(said, request) ?? {}
  if (usage !== undefined) context.providerSaid({ usage })
  if (error !== undefined) throw failed(response, bytes, { error }, receiver)
  const answer = called(whole, 'application/json')
  if (verdict !== undefined) judge(answer, verdict)
  return answer
}

const receiveEvents = async (
  response: Response,
  { reader, start }: OpenedBody,
  readEvent: NonNullable<Protocol['readEvent']>,
  receiver: Receiver,
): Promise<Response> => {
  const { request, context, judge, maxAnswerBytes } = receiver
  let used: Usage | undefined
  const watch = watchEvents((event) => {
    const meaning = readEvent(event, request)
    if (meaning.usage !== undefined) context.providerSaid({ usage: (used = { ...used, ...meaning.usage }) })
    return meaning
  }, maxAnswerBytes)
  const stop = context.onAbort((reason) => discard(reader, reason))
  const held = new GatheredBytes()
  const heldAnd = (error: unknown): Error => failed(response, held.bytes(), { error }, receiver)
  /** Says whether there is something to hand over. */
  const take = (chunk: Uint8Array): boolean => {
    held.add(chunk)
    const content = watch.feed(chunk)
    if (watch.error !== undefined) throw heldAnd(watch.error)
    return content || held.length >= LONGEST_PREAMBLE_BYTES
  }
  try {
    let committed = take(start)
    while (!committed) {
      const { done, value } = await reader.read()
      if (context.aborted) throw context.reason
      if (done) break
      committed = take(value)
    }
    if (committed) {
      context.progress('content')
      const toError = (error: unknown): ProviderError => asError(response, { error }, receiver)
      const stream = respondWith(response, streamBody({ reader, held: held.bytes(), watch, toError }, context))
      return called(stream, 'text/event-stream')
    }
    watch.end()
    if (watch.error !== undefined) throw heldAnd(watch.error)
    if (!watch.mayEnd) throw new StreamTruncatedError(0)
    const whole = called(respondWith(response, held.bytes()), 'text/event-stream')
    if (watch.contentParts === 0) judge(whole, watch.verdict ?? EMPTY)
    return whole
  } catch (error) {
    discard(reader)
    throw error
  } finally {
    stop()
  }
}

const EMPTY: Verdict = { kind: 'empty', sent: true, billed: 'unknown', scope: 'model' }

/** Nothing at all does not say that the result was not made. */
const NOT_A_WORD: Verdict = { kind: 'transient', sent: true, billed: 'unknown', code: 'empty_body' }

/** Hands a body of no known meaning over as it comes: its attempt is committed by its headers. */
const deliver = (response: Response, body: ReadableStream<Uint8Array>, context: CallContext): Response => {
  context.progress('content')
  const toError = (): StreamTruncatedError => new StreamTruncatedError(0)
  const stream: CommittedStream = { reader: body.getReader(), held: new Uint8Array(), watch: watchBytes(), toError }
  return respondWith(response, streamBody(stream, context))
}

const failed = (response: Response, bytes: Uint8Array<ArrayBuffer>, said: unknown, receiver: Receiver): ProviderError =>
  keepReply(asError(response, said, receiver), withBytes(response, bytes))

const asError = (response: Response, body: unknown, { protocol, context, request }: Receiver): ProviderError => {
  const secrets = secretsIn(request)
  const { status, headers } = response
  const wallTimeMs = context.call.clock.wallTime()
  const source = {
    provider: protocol.provider,
    endpoint: context.endpoint?.name,
    requestId: without(secrets, headers.get('x-request-id') ?? headers.get('request-id') ?? '') || undefined,
  }
  return new ProviderError(
    source,
    (protocol.judgeReply ?? classifyReply)({ status, headers, body, wallTimeMs, secrets }),
  )
}
