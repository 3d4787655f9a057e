import { StreamTruncatedError, type Usage } from '@spillway/core'
import type { ProviderError } from '../classify/provider-error.ts'
import type { Protocol } from '../protocol.ts'
import { called } from './content-type.ts'
import { watchEvents } from './event-watch.ts'
import { asError, failed } from './failed-reply.ts'
import { GatheredBytes } from './gathered-bytes.ts'
import { respondWith } from './kept-reply.ts'
import { discard, type OpenedBody } from './read-body.ts'
import { EMPTY, type Receiver } from './receiver.ts'
import { streamBody } from './stream-body.ts'

/** A preamble is short. What holds back more than this is delivered as it is. */
const LONGEST_PREAMBLE_BYTES = 32 * 1024 * 1024

/** Reads a stream to its first content, and hands it over then: what breaks before is tried again out of sight. */
export const receiveEvents = async (
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
