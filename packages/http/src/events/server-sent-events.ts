/** One event of a `text/event-stream`. */
export interface ServerSentEvent {
  /** The `event:` field; empty where there is none. */
  readonly event: string
  /** All `data:` lines, joined. */
  readonly data: string
}

/** Reads events out of bytes, wherever the chunks are cut. */
export interface EventParser {
  /** The events that these bytes complete. Comments, and blocks without `data:`, are none. */
  feed(bytes: Uint8Array): ServerSentEvent[]
  /** The event that the end of the stream completes: some servers leave out the last empty line. */
  end(): ServerSentEvent[]
}

/**
 * An incremental parser for server-sent events, after the HTML standard: LF, CR and CRLF, a byte order mark, comments,
 * and UTF-8 cut anywhere.
 *
 * ```ts
 * import { createEventParser } from '@spillway/http'
 * const parser = createEventParser()
 * const bytes = new TextEncoder().encode('data: {"a":1}\n\n')
 * parser.feed(bytes.slice(0, 8))
 * console.log(parser.feed(bytes.slice(8))[0]?.data) // => {"a":1}
 * ```
 */
export const createEventParser = (): EventParser => {
  const decoder = new TextDecoder()
  let line = ''
  let skipLineFeed = false
  let event = ''
  let data: string[] = []
  let out: ServerSentEvent[] = []

  const dispatch = (): void => {
    if (data.length > 0) out.push({ event, data: data.join('\n') })
    event = ''
    data = []
  }

  const endLine = (): void => {
    const text = line
    line = ''
    if (text === '') return dispatch()
    const colon = text.indexOf(':')
    if (colon === 0) return
    const field = colon < 0 ? text : text.slice(0, colon)
    const from = colon < 0 ? text.length : text[colon + 1] === ' ' ? colon + 2 : colon + 1
    if (field === 'data') data.push(text.slice(from))
    else if (field === 'event') event = text.slice(from)
  }

  const take = (text: string): void => {
    let from = skipLineFeed && text[0] === '\n' ? 1 : 0
    if (text !== '') skipLineFeed = false
    const ends = /[\r\n]/g
    ends.lastIndex = from
    for (let found = ends.exec(text); found !== null; found = ends.exec(text)) {
      line += text.slice(from, found.index)
      endLine()
      from = found.index + 1
      if (found[0] === '\r') {
        if (from === text.length) skipLineFeed = true
        else if (text[from] === '\n') from++
      }
      ends.lastIndex = from
    }
    line += text.slice(from)
  }

  const emitted = (): ServerSentEvent[] => {
    const events = out
    out = []
    return events
  }

  return {
    feed(bytes) {
      take(decoder.decode(bytes, { stream: true }))
      return emitted()
    },
    end() {
      take(decoder.decode())
      if (line !== '') endLine()
      dispatch()
      return emitted()
    },
  }
}
