import { SpanStatusCode } from '@opentelemetry/api'
import type { ReadableSpan } from '@opentelemetry/sdk-trace'

const ms = ([seconds, nanoseconds]: readonly [number, number]): number => seconds * 1000 + nanoseconds / 1e6
const inMs = (span: ReadableSpan): string => `${Math.round(ms(span.duration))} ms`
const seconds = (value: unknown): string => `${Math.round(Number(value) * 1000)} ms`

/** What a span says that a person wants to know first. */
const words = ({ name, attributes, status }: ReadableSpan): string => {
  const said = (...keys: readonly string[]): string[] =>
    keys.flatMap((key) => {
      const value = attributes[key]
      return typeof value === 'string' || typeof value === 'number' ? [String(value)] : []
    })
  const parts = said('spillway.attempt.number')
  if (name === 'spillway.attempt') parts.push(...said('spillway.endpoint.name'))
  if (name.startsWith('spillway')) parts.push(...said('spillway.outcome.class', 'error.type'))
  else parts.push(...said('http.response.status_code'))
  const [attempts] = said('spillway.call.attempts')
  const [waited, worked] = [attributes['spillway.call.waiting'], attributes['spillway.call.working']].map(seconds)
  if (attempts !== undefined) parts.push(`after ${attempts} attempts, waited ${waited}, worked ${worked}`)
  if (status.code === SpanStatusCode.ERROR) parts.push('✗')
  return parts.join(' ')
}

/** The spans of one trace as a tree: under each its children and what happened in between, in the order of time. */
export const drawTrace = (spans: readonly ReadableSpan[], traceId: string): string[] => {
  const own = spans.filter((span) => span.spanContext().traceId === traceId)
  const childrenOf = (id: string | undefined): ReadableSpan[] =>
    own.filter(({ parentSpanContext }) => parentSpanContext?.spanId === id)
  const lines: string[] = []
  const draw = (span: ReadableSpan, first: string, rest: string): void => {
    lines.push(`${first}${span.name} ${words(span)} (${inMs(span)})`)
    const under = [
      ...childrenOf(span.spanContext().spanId).map((child) => ({ at: ms(child.startTime), child, text: '' })),
      ...span.events.flatMap(({ name, time }) =>
        TOLD.has(name) ? [{ at: ms(time), child: undefined, text: name.replace('spillway.', '') }] : [],
      ),
    ].toSorted((a, b) => a.at - b.at)
    for (const [i, { child, text }] of under.entries()) {
      const last = i === under.length - 1
      if (child === undefined) lines.push(`${rest}${last ? '└' : '├'}─ · ${text}`)
      else draw(child, `${rest}${last ? '└─ ' : '├─ '}`, `${rest}${last ? '   ' : '│  '}`)
    }
  }
  for (const root of childrenOf(undefined)) draw(root, '', '')
  return lines
}

/** The events that are drawn; the others are in the trace all the same. */
const TOLD = new Set([
  'spillway.retry.scheduled',
  'spillway.retry.exhausted',
  'spillway.endpoint.failed_over',
  'spillway.timeout.exceeded',
])
