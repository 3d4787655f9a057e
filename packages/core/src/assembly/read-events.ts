import type { EventStream } from './event-stream.ts'
const END = { done: true, value: undefined } as const

/**
 * Events for `for await`, through a bounded buffer: a slow reader loses the oldest. Listens from the moment it is made,
 * and a reader that leaves while it waits for an event is let go at once.
 *
 * @param limit how many events the reader may be behind
 * @param onDrop called for each event that it loses
 */
export const readEvents = <E>(
  events: Pick<EventStream<E>, 'subscribe'>,
  limit: number,
  onDrop: () => void,
): AsyncIterableIterator<E> => {
  const buffer: E[] = []
  let waiting: ((result: IteratorResult<E, undefined>) => void)[] = []
  let ended = false

  const end = (): void => {
    ended = true
    const readers = waiting
    waiting = []
    for (const resolve of readers) resolve(END)
  }

  const subscription = events.subscribe({
    next(event) {
      const reader = waiting.shift()
      if (reader !== undefined) return reader({ done: false, value: event })
      if (buffer.push(event) <= limit) return
      buffer.shift()
      onDrop()
    },
    complete: end,
  })

  return {
    next() {
      const value = buffer.shift()
      if (value !== undefined) return Promise.resolve({ done: false, value })
      return ended ? Promise.resolve(END) : new Promise((resolve) => waiting.push(resolve))
    },
    return() {
      subscription.unsubscribe()
      buffer.length = 0
      end()
      return Promise.resolve(END)
    },
    [Symbol.asyncIterator]() {
      return this
    },
  }
}
