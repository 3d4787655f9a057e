import type { EventStream } from './event-stream.ts'
import type { SpillwayEvent } from './spillway-event.ts'

type Result = IteratorResult<SpillwayEvent, undefined>

const END: Result = { done: true, value: undefined }

/**
 * Events for `for await`, through a bounded buffer: a slow reader loses the oldest. Listens from the moment it is made,
 * and a reader that leaves while it waits for an event is let go at once.
 *
 * @param limit how many events the reader may be behind
 * @param onDrop called for each event that it loses
 */
export const readEvents = (
  events: Pick<EventStream, 'subscribe'>,
  limit: number,
  onDrop: () => void,
): AsyncIterableIterator<SpillwayEvent> => {
  const buffer: SpillwayEvent[] = []
  let waiting: ((result: Result) => void)[] = []
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
