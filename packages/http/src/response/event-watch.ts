import type { Verdict } from '@spillway/core'
import type { EventMeaning } from '../protocol.ts'
import { createEventParser, type ServerSentEvent } from '../events/server-sent-events.ts'

/** Looks into a stream as its bytes go by. */
export interface EventWatch {
  /** Takes the next bytes; says whether content was completed by them. */
  feed(bytes: Uint8Array): boolean
  /** The stream ended: reads what is left. */
  end(): void
  /** Events with content so far. */
  readonly contentParts: number
  /** Whether the marker that ends an answer has come. */
  readonly complete: boolean
  /** Whether the stream may end now: it is complete, or nobody knows a marker. */
  readonly mayEnd: boolean
  /** The JSON of an error inside the stream; nothing after it is looked at. */
  readonly error: unknown
  /** What the provider says about an answer without content. */
  readonly verdict: Verdict | undefined
}

/** A watch that understands the events. */
export const watchEvents = (read: (event: ServerSentEvent) => EventMeaning, maxEventBytes: number): EventWatch => {
  const parser = createEventParser(maxEventBytes)
  let contentParts = 0
  let complete = false
  let error: unknown
  let verdict: Verdict | undefined
  const look = (events: readonly ServerSentEvent[]): boolean => {
    const before = contentParts
    for (const event of events) {
      if (error !== undefined) break
      const meaning = read(event)
      if (meaning.content === true) contentParts++
      if (meaning.terminal === true) complete = true
      verdict = meaning.verdict ?? verdict
      error = meaning.error
    }
    return contentParts > before
  }
  return {
    feed: (bytes) => look(parser.feed(bytes)),
    end: () => void look(parser.end()),
    get contentParts() {
      return contentParts
    },
    get complete() {
      return complete
    },
    get mayEnd() {
      return complete
    },
    get error() {
      return error
    },
    get verdict() {
      return verdict
    },
  }
}

/** A watch for bytes of no known meaning: all are content, and they may end anywhere. */
export const watchBytes = (): EventWatch => {
  let chunks = 0
  return {
    feed(bytes) {
      if (bytes.length > 0) chunks++
      return bytes.length > 0
    },
    end: () => {},
    get contentParts() {
      return chunks
    },
    complete: false,
    mayEnd: true,
    error: undefined,
    verdict: undefined,
  }
}
