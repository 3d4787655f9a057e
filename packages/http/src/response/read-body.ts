import type { CallContext } from '@spillway/core'

const ignore = (): void => {}

/** Ends a body that nobody will read, so that its socket is freed. */
export const discard = (reader: ReadableStreamDefaultReader<Uint8Array>, reason?: unknown): void => {
  reader.cancel(reason).catch(ignore)
}

/** White space that keeps a connection warm while the answer is not there. */
const isBlank = (bytes: Uint8Array): boolean =>
  bytes.every((byte) => byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09)

/**
 * Reads a whole body within an attempt: its time limits hold, and its end closes the socket.
 *
 * @param limit bytes after which the rest is not read
 */
export const readBody = async (
  body: ReadableStream<Uint8Array>,
  context: CallContext,
  limit: number = Infinity,
): Promise<Uint8Array<ArrayBuffer>> => {
  const reader = body.getReader()
  const stop = context.onAbort((reason) => discard(reader, reason))
  const chunks: Uint8Array[] = []
  let length = 0
  try {
    while (length < limit) {
      const { done, value } = await reader.read()
      // A cancelled reader says "done".
      if (context.aborted) throw context.reason
      if (done) return joined(chunks, length)
      chunks.push(value)
      length += value.length
      if (!isBlank(value)) context.progress('content')
    }
    discard(reader)
    return joined(chunks, length).slice(0, limit)
  } finally {
    stop()
  }
}

/** One array out of several. */
export const joined = (chunks: readonly Uint8Array[], length: number): Uint8Array<ArrayBuffer> => {
  const bytes = new Uint8Array(length)
  let at = 0
  for (const chunk of chunks) {
    bytes.set(chunk, at)
    at += chunk.length
  }
  return bytes
}
