import type { GenerateContentResponse } from '@google/genai'

type Chunk = GenerateContentResponse

/** What a stream has to do with the call that it answers. */
export interface StreamEnds {
  /** The call is over. */
  readonly end: () => void
  /** Ends the request at work. */
  readonly abort: (reason: unknown) => void
  /** The error as the caller shall see it. */
  readonly told: (error: unknown) => unknown
}

/**
 * The client's stream, which also closes its connection when its reader leaves: the client's own only lets go of it, and
 * the provider goes on generating and charging.
 *
 * @param open what the client gave
 */
export const closingStream = (open: AsyncGenerator<Chunk>, { end, abort, told }: StreamEnds): AsyncGenerator<Chunk> => {
  /** Also while a `next` is pending: a generator function would first wait for that chunk. */
  let left = false

  const leave = async (): Promise<void> => {
    left = true
    abort(new DOMException('The reader of the stream has left.', 'AbortError'))
    end()
    await open.return(undefined).catch(() => {})
  }

  return {
    async next() {
      if (left) return { done: true, value: undefined }
      try {
        const result = await open.next()
        if (result.done) end()
        return result
      } catch (error) {
        end()
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
