import {
  failure,
  isSpillwayError,
  success,
  StreamTruncatedError,
  type CallContext,
  type Outcome,
  type SpillwayError,
} from '@spillway/core'
import { unquoted } from '../request/unquoted.ts'
import type { EventWatch } from './event-watch.ts'
import { discard } from './read-body.ts'

const NOTHING = new Uint8Array()

/** A stream that has shown its first content, from the provider's side. */
export interface CommittedStream {
  readonly reader: ReadableStreamDefaultReader<Uint8Array>
  /** What was held back until now. */
  readonly held: Uint8Array
  readonly watch: EventWatch
  /** Makes an error out of the JSON of one inside the stream. */
  readonly toError: (json: unknown) => SpillwayError
}

/**
 * The body that the caller reads: what was held back, then the rest as it comes. The attempt lasts until this ends. One
 * chunk is asked of the provider when the caller asks for one.
 */
export const streamBody = (stream: CommittedStream, context: CallContext): ReadableStream<Uint8Array> => {
  const { reader, watch, toError } = stream
  let { held } = stream
  const body = context.openBody()
  let stopListening = (): void => {}
  let ended = false
  let paused = false

  const end = (outcome: Outcome<unknown>): void => {
    ended = true
    stopListening()
    body.end(outcome)
  }
  const pause = (): void => {
    paused = true
    context.progress('paused')
  }
  /** The verdict on a stream that its reader, its caller or a limit ended. */
  const cutOff = (reason: unknown): Outcome<unknown> =>
    watch.complete
      ? success(undefined)
      : failure(reason, isSpillwayError(reason) ? reason.verdict : { kind: 'canceled' })

  type Controller = ReadableStreamDefaultController<Uint8Array>

  const broke = (controller: Controller, thrown: unknown): void => {
    // A client takes an error of that name for the caller's own wish, and ends without a word.
    const error = (thrown as Partial<Error>)?.name === 'AbortError' ? truncated(thrown) : unquoted(thrown)
    controller.error(error)
    discard(reader)
    const verdict = isSpillwayError(error) ? error.verdict : truncated(error).verdict
    end(failure(error, verdict))
  }
  const truncated = (cause?: unknown): StreamTruncatedError => new StreamTruncatedError(watch.contentParts, cause)

  const finish = (controller: Controller): void => {
    watch.end()
    if (watch.error !== undefined) return failInBand(controller)
    if (!watch.mayEnd) return broke(controller, truncated())
    controller.close()
    end(success(undefined))
  }
  /** The provider's own error event has gone through: the caller's client reads it. */
  const failInBand = (controller: Controller): void => {
    controller.close()
    discard(reader)
    const error = toError(watch.error)
    end(failure(error, error.verdict))
  }

  const next = async (controller: Controller): Promise<void> => {
    let chunk: Awaited<ReturnType<typeof reader.read>>
    let content = false
    try {
      chunk = await reader.read()
      if (!ended && !chunk.done) content = watch.feed(chunk.value)
    } catch (error) {
      if (ended) return
      // Whoever has the whole answer does not mind how the connection ended.
      return watch.complete && watch.error === undefined ? finish(controller) : broke(controller, error)
    }
    if (ended) return
    if (chunk.done) return finish(controller)
    controller.enqueue(chunk.value)
    if (watch.error !== undefined) return failInBand(controller)
    if (!content) return
    context.progress('content')
    pause()
  }

  // It was content that committed the attempt.
  pause()
  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        stopListening = context.onAbort((reason) => {
          if (ended) return
          const outcome = cutOff(reason)
          if (outcome.ok) controller.close()
          else controller.error(reason)
          discard(reader, reason)
          end(outcome)
        })
      },
      pull(controller) {
        if (held.length > 0) {
          controller.enqueue(held)
          held = NOTHING
          return undefined
        }
        // Heartbeats pause nothing, so that they do not start the time of silence anew.
        if (paused) {
          paused = false
          context.progress('resumed')
        }
        return next(controller)
      },
      cancel(reason) {
        discard(reader, reason)
        if (!ended) end(cutOff(reason))
      },
    },
    { highWaterMark: 0 },
  )
}
