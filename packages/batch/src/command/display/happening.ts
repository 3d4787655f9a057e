import type { SpillwayEvent, VerdictKind } from '@spillway/core'
import { duration } from '../../words/durations.ts'

/** Something that happened, in words. */
export interface Happening {
  /** On the run's clock. */
  readonly at: number
  /** Whom it concerns: an item's id, or an endpoint. */
  readonly who: string
  readonly what: string
  readonly tone: 'good' | 'warn' | 'bad' | 'plain'
}

type Told = Pick<Happening, 'what' | 'tone'>
type Tell<T extends SpillwayEvent['type']> = (event: Extract<SpillwayEvent, { type: T }>) => Told | undefined

/** A wrong address looks like an outage, and goes on looking like one. */
const UNREACHABLE: ReadonlySet<unknown> = new Set([
  'EAI_AGAIN',
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'UND_ERR_CONNECT_TIMEOUT',
])

/** The events that are told; the others only move a counter. All of them are about an endpoint. */
const WORDS: { readonly [T in SpillwayEvent['type']]?: Tell<T> } = {
  'attempt.completed': ({ verdict: { code } }) =>
    UNREACHABLE.has(code) ? { what: `cannot be reached (${code}): spillway doctor looks why`, tone: 'bad' } : undefined,
  'circuit.opened': ({ openForMs, verdict }) => ({
    what: `left alone for ${duration(openForMs)}: ${REASONS[verdict]}`,
    tone: 'bad',
  }),
  'circuit.closed': () => ({ what: 'answers again', tone: 'good' }),
  'rate_limit.paused': ({ pauseMs }) => ({
    what: `asks everybody to wait ${duration(pauseMs)} for its quota`,
    tone: 'warn',
  }),
  'endpoint.ejected': ({ ejectedMs, verdict }) => ({
    what: `passed over for ${duration(ejectedMs)}: ${REASONS[verdict]}`,
    tone: 'bad',
  }),
}

/** An event in words, if it is one that is told. */
export function happeningOf(event: SpillwayEvent): Happening | undefined {
  const told = (WORDS[event.type] as ((event: SpillwayEvent) => Told | undefined) | undefined)?.(event)
  if (told === undefined) return undefined
  const { partition, endpoint = partition ?? '' } = event as { readonly partition?: string; readonly endpoint?: string }
  return { at: event.at, who: partition ?? endpoint, ...told }
}

/** What kinds of failure are called when somebody reads of them. */
export const REASONS: Readonly<Record<VerdictKind, string>> = {
  success: 'answered',
  overloaded: 'overloaded',
  throttled: 'too many requests',
  quota_exhausted: 'quota used up',
  transient: 'broken connection or server error',
  endpoint_failed: 'this key, model or place cannot serve',
  request_failed: 'the request was refused',
  empty: 'no picture in the answer',
  canceled: 'canceled',
  rejected: 'not asked',
}
