import { AnswerTooLargeError } from '../response/answer-too-large-error.ts'
import { GatheredBytes } from '../response/gathered-bytes.ts'

/** One event of a `text/event-stream`. */
export interface ServerSentEvent {
  /** The `event:` field; empty where there is none. */
  readonly event: string
  /** All `data:` lines, joined. */
  readonly data: string
}

/** Reads events out of bytes, wherever the chunks are cut. */
export interface EventParser {
  /**
   * The events that these bytes complete. Comments, and blocks without `data:`, are none.
   *
   * @throws AnswerTooLargeError for an event that is too long: a line without end would fill the memory
   */
  feed(bytes: Uint8Array): ServerSentEvent[]
  /** The event that the end of the stream completes: some servers leave out the last empty line. */
  end(): ServerSentEvent[]
}

/** More than any event has: a large picture in base64 is less. */
const LONGEST_EVENT_BYTES = 128 * 1024 * 1024

const LF = 0x0a
const CR = 0x0d
const BYTE_ORDER_MARK = '\uFEFF'

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
 *
 * @param maxEventBytes how long an event may be, in bytes. @default 134217728 (128 MiB)
 */
export const createEventParser = (maxEventBytes: number = LONGEST_EVENT_BYTES): EventParser => {
  // Lines are cut between bytes, which no character of several bytes contains, and decoded whole.
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
  const line = new GatheredBytes()
  let skipLineFeed = false
  let firstLine = true
  let event = ''
  let data: string[] = []
  let dataBytes = 0
  let out: ServerSentEvent[] = []

  const dispatch = (): void => {
    if (data.length > 0) out.push({ event, data: data.join('\n') })
    event = ''
    data = []
    dataBytes = 0
  }

  const endLine = (bytes: Uint8Array): void => {
    const decoded = decoder.decode(bytes)
    const text = firstLine && decoded.startsWith(BYTE_ORDER_MARK) ? decoded.slice(1) : decoded
    firstLine = false
    if (text === '') return dispatch()
    const colon = text.indexOf(':')
    if (colon === 0) return
    const field = colon < 0 ? text : text.slice(0, colon)
    const from = colon < 0 ? text.length : text[colon + 1] === ' ' ? colon + 2 : colon + 1
    if (field === 'event') event = text.slice(from)
    if (field !== 'data') return
    data.push(text.slice(from))
    dataBytes += bytes.length
  }

  const keep = (rest: Uint8Array): void => {
    if (dataBytes + line.length + rest.length > maxEventBytes) throw new AnswerTooLargeError(maxEventBytes)
    line.add(rest)
  }

  const take = (bytes: Uint8Array): void => {
    let from = 0
    if (skipLineFeed && bytes.length > 0) {
      skipLineFeed = false
      if (bytes[0] === LF) from = 1
    }
    let lineFeed = bytes.indexOf(LF, from)
    let carriageReturn = bytes.indexOf(CR, from)
    while (lineFeed >= 0 || carriageReturn >= 0) {
      const atReturn = carriageReturn >= 0 && (lineFeed < 0 || carriageReturn < lineFeed)
      const end = atReturn ? carriageReturn : lineFeed
      if (line.length === 0) endLine(bytes.subarray(from, end))
      else {
        keep(bytes.subarray(from, end))
        endLine(line.bytes())
        line.clear()
      }
      from = end + 1
      if (atReturn) {
        if (from === bytes.length) skipLineFeed = true
        else if (bytes[from] === LF) from++
        carriageReturn = bytes.indexOf(CR, from)
      }
      if (lineFeed < from) lineFeed = bytes.indexOf(LF, from)
    }
    keep(bytes.subarray(from))
  }

  const emitted = (): ServerSentEvent[] => {
    const events = out
    out = []
    return events
  }

  return {
    feed(bytes) {
      take(bytes)
      return emitted()
    },
    end() {
      if (line.length > 0) endLine(line.bytes())
      line.clear()
      dispatch()
      return emitted()
    },
  }
}
