import { StreamTruncatedError, type CallContext } from '@spillway/core'
import { readRateLimits, type RateLimitLevel } from '../limits/rate-limit-headers.ts'
import { beginsLikeEvents, nameOf } from './content-type.ts'
import { watchBytes } from './event-watch.ts'
import { failed } from './failed-reply.ts'
import { respondWith } from './kept-reply.ts'
import { openBody, readError } from './read-body.ts'
import { receiveEvents } from './receive-events.ts'
import { receiveText } from './receive-text.ts'
import type { Receiver } from './receiver.ts'
import { streamBody, type CommittedStream } from './stream-body.ts'

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

/** Hands a body of no known meaning over as it comes: its attempt is committed by its headers. */
const deliver = (response: Response, body: ReadableStream<Uint8Array>, context: CallContext): Response => {
  context.progress('content')
  const toError = (): StreamTruncatedError => new StreamTruncatedError(0)
  const stream: CommittedStream = { reader: body.getReader(), held: new Uint8Array(), watch: watchBytes(), toError }
  return respondWith(response, streamBody(stream, context))
}
