import type { IncomingHttpHeaders } from 'node:http'
import { parseDurationMs } from '../../limits/parse-duration.ts'

/** How a header's number is meant. A number with a unit (`2.5s`, `300ms`) is understood under `ms` and `s` alike. */
export type DeadlineUnit = 'ms' | 's' | 'grpc'

/**
 * The headers in which callers and proxies say how long they wait, and their units. `x-request-timeout` has no standard:
 * where your callers send milliseconds, say so, or they wait a thousand times longer than they asked for.
 */
export const DEADLINE_HEADERS: Readonly<Record<string, DeadlineUnit>> = {
  'x-request-timeout': 's',
  'grpc-timeout': 'grpc',
  'x-envoy-expected-rq-timeout-ms': 'ms',
  'connect-timeout-ms': 'ms',
  'x-stainless-timeout': 's',
}

const GRPC_UNIT_MS: Readonly<Record<string, number>> = {
  H: 3_600_000,
  M: 60_000,
  S: 1000,
  m: 1,
  u: 0.001,
  n: 0.000001,
}

/**
 * How long the caller waits, in milliseconds: the shortest of what the headers say. What makes no sense says nothing.
 *
 * @returns `Infinity` where no header says anything
 */
export const callerPatienceMs = (
  headers: IncomingHttpHeaders,
  units: Readonly<Record<string, DeadlineUnit>> = DEADLINE_HEADERS,
): number => {
  let shortest = Infinity
  for (const [name, unit] of Object.entries(units)) {
    const text = headers[name]
    if (typeof text === 'string') shortest = Math.min(shortest, durationMs(text.trim(), unit) ?? Infinity)
  }
  return shortest
}

const durationMs = (text: string, unit: DeadlineUnit): number | undefined => {
  if (unit === 'grpc') {
    const [, digits, letter] = /^(\d{1,8})([HMSmun])$/.exec(text) ?? []
    return digits === undefined ? undefined : Number(digits) * (GRPC_UNIT_MS[letter ?? ''] ?? Number.NaN)
  }
  if (/^\d{1,12}(?:\.\d{1,9})?$/.test(text)) return Number(text) * (unit === 's' ? 1000 : 1)
  return parseDurationMs(text)
}
