/** Where the parts of a stream come from: an async iterable or a web stream, read and closed in one way. */
export interface StreamParts<T> {
  next(): Promise<IteratorResult<T, unknown>>
  /** Says that nobody reads on. Does not wait: a generator that hangs would keep whoever closes it. */
  close(reason: unknown): void
}

const ignore = (): void => {}

/** @param source nobody else may read it */
export const partsOf = <T>(source: AsyncIterable<T> | ReadableStream<T>): StreamParts<T> => {
  if ('getReader' in source) {
    const reader = source.getReader()
    return {
      next: async () => {
        const { done, value } = await reader.read()
        return done ? { done, value: undefined } : { done, value }
      },
      close: (reason) => void reader.cancel(reason).catch(ignore),
    }
  }
  const iterator = source[Symbol.asyncIterator]()
  return {
    next: () => iterator.next(),
    close: () => {
      try {
        Promise.resolve(iterator.return?.()).catch(ignore)
      } catch {
        // It is closed as well as it can be.
      }
    },
  }
}
