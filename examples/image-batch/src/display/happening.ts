import type { SpillwayEvent, VerdictKind } from '@spillway/core'
import { failureInWords } from '../failure-words.ts'
import type { PromptResult } from '../run-strategy.ts'
import { seconds } from './words.ts'

/** Something that happened, in words. */
export interface Happening {
  /** On the pipeline's clock. */
  readonly at: number
  /** Whom it concerns: `#53`, or an endpoint. */
  readonly who: string
  readonly what: string
  /** The prompt, where the news is an image. */
  readonly prompt?: string
  readonly tone: 'good' | 'warn' | 'bad' | 'plain'
  /** Seldom enough for a log of plain lines. */
  readonly important: boolean
}

/** An event in words; `undefined` for those that only move a counter. */
export function describeEvent(
  event: SpillwayEvent,
  promptOf: (callId: number | undefined) => number | undefined,
): Happening | undefined {
  const { at, endpoint = 'an endpoint' } = event
  const number = promptOf(event.callId)
  const who = number === undefined ? '' : `#${number}`
  const why = 'verdict' in event && typeof event.verdict === 'string' ? REASONS[event.verdict] : ''
  switch (event.type) {
    case 'retry.scheduled': {
      const asked = event.retryAfterMs === undefined ? '' : `, which asks for ${seconds(event.retryAfterMs)}`
      const what = `${why} from ${endpoint}${asked}; next try in ${seconds(event.delayMs)}`
      return { at, who, what, tone: 'warn', important: false }
    }
    case 'retry.exhausted':
      return { at, who, what: `${why} from ${endpoint}; no more tries (${event.reason})`, tone: 'bad', important: true }
    case 'endpoint.failed_over':
      return { at, who, what: `${why} from ${event.from}; asking ${event.to}`, tone: 'warn', important: false }
    case 'circuit.opened': {
      const what = `left alone for ${seconds(event.openForMs)}: ${why}`
      return { at, who: event.partition, what, tone: 'bad', important: true }
    }
    case 'circuit.half_opened':
      return { at, who: event.partition, what: 'probing with one call', tone: 'plain', important: false }
    case 'circuit.closed':
      return { at, who: event.partition, what: 'answers again', tone: 'good', important: true }
    case 'rate_limit.paused': {
      const what = `everybody waits ${seconds(event.pauseMs)} for its quota, as it asks`
      return { at, who: event.partition, what, tone: 'warn', important: true }
    }
    case 'timeout.exceeded': {
      const what = `${event.phase} limit of ${seconds(event.limitMs)} passed`
      return { at, who, what, tone: 'bad', important: true }
    }
    default:
      return undefined
  }
}

/** What became of a prompt, in words. */
export function describeResult(result: PromptResult, at: number): Happening | undefined {
  const { prompt, outcome, tookMs, error } = result
  const who = `#${prompt.number}`
  switch (outcome) {
    case 'made':
      return { at, who, what: `made in ${seconds(tookMs)}`, prompt: prompt.prompt, tone: 'good', important: true }
    case 'late':
      return { at, who, what: `made late, after ${seconds(tookMs)}`, prompt: prompt.prompt, tone: 'warn', important: true }
    case 'failed':
      return { at, who, what: `failed: ${failureInWords(error)}`, tone: 'bad', important: true }
    case 'canceled':
      return undefined
  }
}

const REASONS: Record<VerdictKind, string> = {
  success: 'answered',
  overloaded: '503 overloaded',
  throttled: '429 too many requests',
  quota_exhausted: 'quota used up',
  transient: 'broken connection or server error',
  endpoint_failed: 'cannot serve',
  request_failed: 'request refused',
  empty: 'no image in the answer',
  canceled: 'canceled',
  rejected: 'not asked',
}
