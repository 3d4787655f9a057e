import type { CallContext } from '@spillway/core'
import { AnswerTooLargeError } from './answer-too-large-error.ts'
import { GatheredBytes } from './gathered-bytes.ts'

/** More than any answer has: ten large pictures in base64 are less. A longer one would fill the memory. */
export const LONGEST_ANSWER_BYTES: number = 128 * 1024 * 1024

/** Enough for any error that says something; a body of gigabytes is not read. */
const LONGEST_ERROR_BYTES = 64 * 1024

/** An error is judged by its status at the latest then: nobody waits for the rest of a body that drips. */
const LONGEST_ERROR_MS = 5000

type Reader = ReadableStreamDefaultReader<Uint8Array>

const ignore = (): void => {}

/** Ends a body that nobody will read, so that its socket is freed. */
export const discard = (reader: Reader, reason?: unknown): void => {
  reader.cancel(reason).catch(ignore)
}

/** A body of which the beginning has been read. */
export interface OpenedBody {
  readonly reader: Reader
  /** Up to the first chunk that is not white space. */
  readonly start: Uint8Array<ArrayBuffer>
}

/** Opens a body as far as it takes to see what it is. */
export const openBody = async (body: ReadableStream<Uint8Array>, context: CallContext): Promise<OpenedBody> => {
  const reader = body.getReader()
  const gathered = new GatheredBytes()
  await eachChunk(reader, context, (chunk) => {
    gathered.add(chunk)
    return isBlank(chunk) && gathered.length < LONGEST_ERROR_BYTES
  })
  return { reader, start: gathered.bytes() }
}

/**
 * Reads a whole answer within an attempt: its time limits hold, and its end closes the socket.
 *
 * @throws AnswerTooLargeError when it is longer than `maxBytes`; the rest is not read
 */
export const readWhole = async (
  { reader, start }: OpenedBody,
  context: CallContext,
  maxBytes: number,
): Promise<Uint8Array<ArrayBuffer>> => {
  const gathered = new GatheredBytes()
  const take = (chunk: Uint8Array): boolean => {
    if (!isBlank(chunk)) context.progress('content')
    if (gathered.length + chunk.length > maxBytes) {
      discard(reader)
      throw new AnswerTooLargeError(maxBytes)
    }
    gathered.add(chunk)
    return true
  }
  take(start)
  await eachChunk(reader, context, take)
  return gathered.bytes()
}

/** Reads as much of an error as is worth it: its beginning, for a while, and what came before the connection broke. */
export const readError = async (
  body: ReadableStream<Uint8Array>,
  context: CallContext,
): Promise<Uint8Array<ArrayBuffer>> => {
  const reader = body.getReader()
  const gathered = new GatheredBytes()
  const timer = context.call.clock.setTimer(LONGEST_ERROR_MS, () => discard(reader))
  try {
    await eachChunk(reader, context, (chunk) => {
      gathered.add(chunk)
      if (gathered.length >= LONGEST_ERROR_BYTES) discard(reader)
      return true
    })
  } catch (error) {
    if (context.aborted) throw error
  } finally {
    timer.cancel()
  }
  return gathered.bytes(LONGEST_ERROR_BYTES)
}

/** Hands on what comes, until nothing more is wanted, the body ends, or its reader is discarded. */
const eachChunk = async (reader: Reader, context: CallContext, take: (chunk: Uint8Array) => boolean): Promise<void> => {
  const stop = context.onAbort((reason) => discard(reader, reason))
  try {
    for (;;) {
      const { done, value } = await reader.read()
      // A cancelled reader says "done".
      if (context.aborted) throw context.reason
      if (done || !take(value)) return
    }
  } finally {
    stop()
  }
}

/** White space that keeps a connection warm while the answer is not there. */
const isBlank = (bytes: Uint8Array): boolean => {
  for (const byte of bytes) if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return false
  return true
}
