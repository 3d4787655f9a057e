import { checkClock, checkKnown, checkFunction, checkNumber, systemClock, type Clock } from '@spillway/core'
import type { PartSource } from './parts-of.ts'
import { sendParts } from './send-parts.ts'
import type { StreamEnding, StreamTarget } from './stream-target.ts'

/** One event to be sent. */
export interface EventToSend {
  /** What `EventSource` listens to. @default 'message' */
  readonly event?: string
  /** Text as it is, anything else as JSON. */
  readonly data: unknown
  /** What `EventSource` sends as `Last-Event-ID` when it comes back. */
  readonly id?: string
}

/** Options of `sendEvents`. */
export interface SendEventsOptions<Part = unknown> {
  /** What is sent of a part; `undefined`: nothing. @default the part as `data` */
  readonly event?: ((part: Part) => EventToSend | undefined) | undefined
  /** The `data` of a last event, such as `[DONE]`. @default none */
  readonly end?: string | undefined
  /** After so many milliseconds without an event a comment is sent, so that nobody takes the silence for the end; `Infinity`: none. @default 15000 */
  readonly heartbeatMs?: number
  /** Source of time. @default systemClock */
  readonly clock?: Clock
}

/** What `sendEvents` takes where an option is left out. */
export const SEND_EVENTS_DEFAULTS: Required<SendEventsOptions> = {
  event: undefined,
  end: undefined,
  heartbeatMs: 15_000,
  clock: systemClock,
}

const HEADERS = {
  'Content-Type': 'text/event-stream',
  // `no-transform` keeps compressing middlewares and proxies from holding events back.
  'Cache-Control': 'no-cache, no-transform',
  'X-Accel-Buffering': 'no',
}

/**
 * Sends parts as server-sent events.
 *
 * @throws InvalidOptionsError when an option is out of its range or not known, and what the source throws
 */
export const sendEventsTo = async <Part>(
  target: StreamTarget,
  source: PartSource<Part>,
  options: SendEventsOptions<Part> = {},
): Promise<StreamEnding> => {
  checkKnown('sendEvents', options, Object.keys(SEND_EVENTS_DEFAULTS))
  const { event, end, heartbeatMs, clock } = { ...SEND_EVENTS_DEFAULTS, ...options }
  checkClock('sendEvents.clock', clock)
  checkFunction('sendEvents.event', event, true)
  checkNumber('sendEvents.heartbeatMs', heartbeatMs, { min: 1, infinite: true })
  const eventOf = options.event ?? ((part: Part): EventToSend => ({ data: part }))
  return sendParts(target, source, {
    headers: HEADERS,
    render: (part) => textOf(eventOf(part)),
    heartbeat: { text: ':\n\n', everyMs: heartbeatMs },
    clock,
    ...(end === undefined ? {} : { end: textOf({ data: end }) }),
  })
}

const textOf = (sent: EventToSend | undefined): string => {
  if (sent === undefined) return ''
  const { event, data, id } = sent
  const text = typeof data === 'string' ? data : (JSON.stringify(data) ?? 'null')
  return [
    ...(event === undefined ? [] : [`event: ${oneLine(event)}`]),
    ...(id === undefined ? [] : [`id: ${oneLine(id)}`]),
    // Every line is a field of its own, or a line break in a model's text would end the event.
    ...text.split(/\r\n|\r|\n/).map((line) => `data: ${line}`),
    '\n',
  ].join('\n')
}

const oneLine = (text: string): string => text.replaceAll(/[\r\n\0]/g, ' ')
