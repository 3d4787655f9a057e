import type { GenerateContentResponse } from '@google/genai'
import type { CallerSignal } from './caller-signal.ts'

type Chunk = GenerateContentResponse

/**
 * The client's stream, which also closes its connection when its reader leaves: the client's own only lets go of it, and
 * the provider goes on generating and charging.
 *
 * @param open what the client gave
 * @param link ends the request behind it
 * @param told the error as the caller shall see it
 */
export const closingStream = (
  open: AsyncGenerator<Chunk>,
  link: CallerSignal,
  told: (error: unknown) => unknown,
): AsyncGenerator<Chunk> => {
  /** Also while a `next` is pending: a generator function would first wait for that chunk. */
  let left = false

  const leave = async (): Promise<void> => {
    left = true
    link.abort(new DOMException('The reader of the stream has left.', 'AbortError'))
    link.dispose()
    await open.return(undefined).catch(() => {})
  }

  return {
    async next() {
      if (left) return { done: true, value: undefined }
      try {
        const result = await open.next()
        if (result.done) link.dispose()
        return result
      } catch (error) {
        link.dispose()
        if (left) return { done: true, value: undefined }
        left = true
        throw told(error)
      }
    },
    async return(value) {
      await leave()
      return { done: true, value: await value }
    },
    async throw(error) {
      await leave()
      throw error
    },
    [Symbol.asyncIterator]() {
      return this
    },
    async [Symbol.asyncDispose]() {
      await leave()
    },
  }
}
