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

type Describe<T extends SpillwayEvent['type']> = (
  event: Extract<SpillwayEvent, { type: T }>,
) => Pick<Happening, 'what' | 'tone' | 'important'>

/** The events that are told; the others only move a counter. */
const WORDS: { readonly [T in SpillwayEvent['type']]?: Describe<T> } = {
  'retry.scheduled': ({ verdict, endpoint, delayMs, retryAfterMs }) => {
    const asked = retryAfterMs === undefined ? '' : ` (it asked for ${seconds(retryAfterMs)})`
    const what = `${REASONS[verdict]} from ${endpoint}, next try in ${seconds(delayMs)}${asked}`
    return { what, tone: 'warn', important: false }
  },
  'retry.exhausted': ({ verdict, endpoint, reason }) => {
    const what = `${REASONS[verdict]} from ${endpoint}, no more tries (${reason})`
    return { what, tone: 'bad', important: true }
  },
  'endpoint.failed_over': ({ verdict, from, to }) => {
    return { what: `${REASONS[verdict]} from ${from}, asking ${to}`, tone: 'warn', important: false }
  },
  'circuit.opened': ({ openForMs, verdict }) => {
    return { what: `left alone for ${seconds(openForMs)}: ${REASONS[verdict]}`, tone: 'bad', important: true }
  },
  'circuit.half_opened': () => ({ what: 'probing with one call', tone: 'plain', important: false }),
  'circuit.closed': () => ({ what: 'answers again', tone: 'good', important: true }),
  'rate_limit.paused': ({ pauseMs }) => {
    return { what: `everybody waits ${seconds(pauseMs)} for its quota, as it asks`, tone: 'warn', important: true }
  },
  'timeout.exceeded': ({ phase, limitMs }) => {
    return { what: `${phase} limit of ${seconds(limitMs)} passed`, tone: 'bad', important: true }
  },
}

/** An event in words, if it is one that is told. */
export function describeEvent(
  event: SpillwayEvent,
  promptOf: (callId: number | undefined) => number | undefined,
): Happening | undefined {
  const describe = WORDS[event.type] as ((event: SpillwayEvent) => ReturnType<Describe<'circuit.closed'>>) | undefined
  if (describe === undefined) return undefined
  const number = promptOf(event.callId)
  const who = 'partition' in event ? event.partition : number === undefined ? '' : `#${number}`
  return { at: event.at, who, ...describe(event) }
}

/** What became of a prompt, in words. */
export function describeResult({ prompt, outcome, tookMs, error }: PromptResult, at: number): Happening | undefined {
  if (outcome === 'canceled') return undefined
  const told = { at, who: `#${prompt.number}`, important: true }
  if (outcome === 'failed') return { ...told, what: `failed: ${failureInWords(error)}`, tone: 'bad' }
  const made = { ...told, prompt: prompt.prompt }
  return outcome === 'made'
    ? { ...made, what: `made in ${seconds(tookMs)}`, tone: 'good' }
    : { ...made, what: `made late, after ${seconds(tookMs)}`, tone: 'warn' }
}

const REASONS: Record<VerdictKind, string> = {
  success: 'answered',
  overloaded: '503 overloaded',
  throttled: '429 over quota',
  quota_exhausted: 'quota used up',
  transient: 'broken connection or server error',
  endpoint_failed: 'cannot serve',
  request_failed: 'request refused',
  empty: 'no image in the answer',
  canceled: 'canceled',
  rejected: 'not asked',
}
