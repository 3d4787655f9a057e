import { systemClock, type Clock, type Timer } from '@spillway/core'
import { breakOff } from '../failure/break-off.ts'
import { problemOf } from '../failure/problem-of.ts'
import { isGone } from '../scope/is-gone.ts'
import { scopeOf } from '../scope/request-scope.ts'
import { partsOf, type PartSource } from './parts-of.ts'
import type { StreamEnding, StreamTarget } from './stream-target.ts'

/** How parts become bytes. */
export interface Rendering<Part> {
  readonly headers: Readonly<Record<string, string>>
  readonly render: (part: Part) => string | Uint8Array
  /** After the last part. */
  readonly end?: string
  /** What is sent when nothing else was for so many milliseconds. */
  readonly heartbeat?: { readonly text: string; readonly everyMs: number }
  readonly clock?: Clock
}

const GONE = Symbol('gone')

/**
 * Hands parts over as they come and as fast as the client reads. Nothing is sent before the first part, so that a source
 * that fails at once is answered with a status. The client's leaving ends the source; the end of the source, the answer.
 *
 * @throws what the source throws, after the answer was broken off
 */
export const sendParts = async <Part>(
  target: StreamTarget,
  source: PartSource<Part>,
  rendering: Rendering<Part>,
): Promise<StreamEnding> => {
  const { request, response } = target
  const { headers, render, end, heartbeat, clock = systemClock } = rendering
  const parts = partsOf(source)
  const signal = scopeOf(request)?.signal
  let wake: (() => void) | undefined
  let lastAt = clock.now()
  let timer: Timer | undefined

  const over = (): boolean => isGone(response) || signal?.aborted === true
  const ended = (): void => wake?.()
  /** What comes first: the work, or the end of it all. */
  const orGone = <T>(work: Promise<T>): Promise<T | typeof GONE> =>
    new Promise((resolve, reject) => {
      wake = () => resolve(GONE)
      work.then(resolve, reject)
      if (over()) wake()
    })
  const begin = (): void => {
    if (response.headersSent) return
    target.begin()
    for (const [name, value] of Object.entries(headers)) if (!response.hasHeader(name)) response.setHeader(name, value)
  }
  const write = (bytes: string | Uint8Array): void => {
    begin()
    lastAt = clock.now()
    response.write(bytes)
  }
  const drained = (): Promise<void> => new Promise((resolve) => void response.once('drain', resolve))
  const beat = (): void => {
    if (heartbeat === undefined || heartbeat.everyMs === Infinity) return
    const dueInMs = lastAt + heartbeat.everyMs - clock.now()
    if (dueInMs <= 0 && !over() && !response.writableNeedDrain) write(heartbeat.text)
    timer = clock.setTimer(dueInMs <= 0 ? heartbeat.everyMs : dueInMs, beat)
  }

  response.once('close', ended)
  signal?.addEventListener('abort', ended)
  beat()
  try {
    for (;;) {
      const part = await orGone(parts.next())
      if (part === GONE) break
      if (part.done === true) {
        begin()
        response.end(end)
        return 'whole'
      }
      const bytes = render(part.value)
      if (bytes.length === 0) continue
      write(bytes)
      // Never 'drain' alone: nothing drains to a client that has left.
      if (response.writableNeedDrain && (await orGone(drained())) === GONE) break
    }
    const reason: unknown = signal?.reason
    parts.cancel(reason)
    if (isGone(response)) return 'client_left'
    throw reason
  } catch (error) {
    if (response.headersSent) breakOff(response, problemOf(error) ?? { status: 500 })
    parts.cancel(error)
    throw error
  } finally {
    timer?.cancel()
    response.off('close', ended)
    signal?.removeEventListener('abort', ended)
  }
}
