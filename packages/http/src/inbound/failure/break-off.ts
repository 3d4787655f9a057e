import type { ServerResponse } from 'node:http'
import { isGone } from '../scope/is-gone.ts'
import { problemBody, type Problem } from './problem.ts'

/** Whether an answer that has begun is a stream of events. */
const isEventStream = (response: ServerResponse): boolean => {
  const known = response.getHeader('content-type')
  // What is given to `writeHead` alone stands only in the text that was sent.
  const { _header: sent = '' } = response as { _header?: string | null }
  return known === undefined
    ? /^content-type: *text\/event-stream/im.test(sent ?? '')
    : String(known).startsWith('text/event-stream')
}

/**
 * Ends an answer that has begun and cannot be finished. The status is gone; a stream of events says what happened in a
 * last event, and any other answer is cut, so that nobody takes half of it for the whole.
 */
export const breakOff = (response: ServerResponse, problem: Problem): void => {
  if (response.writableEnded || isGone(response)) return
  if (isEventStream(response)) {
    // A part of an event may have been written: an empty line ends it.
    response.end(`\n\nevent: error\ndata: ${problemBody(problem)}\n\n`)
    return
  }
  cut(response)
}

/** The code that tells a client of HTTP/2 that an answer is not whole. */
const INTERNAL_ERROR = 2

const cut = (response: ServerResponse): void => {
  const { stream } = response as { stream?: { close?: (code: number) => void } }
  if (typeof stream?.close === 'function') stream.close(INTERNAL_ERROR)
  else response.destroy()
}
