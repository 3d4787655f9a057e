import type { IncomingMessage, ServerResponse } from 'node:http'
import { checkClock, checkKnown, checkDuration, InvalidOptionsError, systemClock, type Clock } from '@spillway/core'
import { CRITICALITIES, CRITICALITY_HEADER, parseCriticality, type Criticality } from './criticality.ts'
import { callerPatienceMs, DEADLINE_HEADERS, type DeadlineUnit } from './deadline-headers.ts'
import { track, type TrackedRequest } from './request-scope.ts'

/** Options of the `spillway` middleware. `Host` is the request as the host's handlers get it. */
export interface SpillwayOptions<Host = unknown> {
  /**
   * How long an answer may take, its body included, in milliseconds from when the request reached the first `spillway`.
   * Where several are around a handler the shortest holds. `Infinity`: as long as the client waits. @default Infinity
   */
  readonly timeoutMs?: number | ((host: Host) => number)
  /** The headers in which callers say how long they wait, and their units. They can only shorten it. @default DEADLINE_HEADERS */
  readonly deadlineHeaders?: Readonly<Record<string, DeadlineUnit>>
  /**
   * What is kept of the caller's time for the way back, in milliseconds. A handler that does not react to its signal is
   * answered for with 504 so long after the deadline. @default 50
   */
  readonly reserveMs?: number
  /** How much requests matter, where no trusted hop says so. @default 'critical' */
  readonly criticality?: Criticality | ((host: Host) => Criticality | undefined)
  /** Whether the hop before is one of ours, whose `x-request-criticality` can be believed. @default false */
  readonly trusted?: boolean | ((host: Host) => boolean)
  /** Source of time. @default systemClock */
  readonly clock?: Clock
}

/** What the `spillway` middleware takes where an option is left out. */
export const SPILLWAY_DEFAULTS: Required<Omit<SpillwayOptions, 'criticality'>> = {
  timeoutMs: Infinity,
  deadlineHeaders: DEADLINE_HEADERS,
  reserveMs: 50,
  trusted: false,
  clock: systemClock,
}

/**
 * The part of the `spillway` middleware that knows no host: gives each request its scope.
 *
 * @throws InvalidOptionsError when an option is out of its range or not known
 */
export const scopeOpener = <Host>(
  options: SpillwayOptions<Host> = {},
): ((host: Host, request: IncomingMessage, response: ServerResponse) => TrackedRequest) => {
  checkKnown('spillway', options, ['criticality', ...Object.keys(SPILLWAY_DEFAULTS)])
  const { timeoutMs, deadlineHeaders, reserveMs, trusted, clock } = { ...SPILLWAY_DEFAULTS, ...options }
  const { criticality } = options
  if (typeof timeoutMs !== 'function') checkDuration('spillway.timeoutMs', timeoutMs, { infinite: true })
  checkDuration('spillway.reserveMs', reserveMs)
  checkClock('spillway.clock', clock)
  checkUnits(deadlineHeaders)
  // Anything else that is true, such as the text 'false' of an environment, would believe everybody.
  if (typeof trusted !== 'boolean' && typeof trusted !== 'function')
    throw new InvalidOptionsError('spillway.trusted', trusted, 'true, false or a function of the request')
  if (typeof criticality !== 'function') checkCriticality(criticality)
  const headers = lowerCased(deadlineHeaders)
  return (host, request, response) => {
    const scope = track(request, response, clock)
    const believed = typeof trusted === 'function' ? trusted(host) : trusted
    const said = believed ? parseCriticality(headerText(request.headers[CRITICALITY_HEADER])) : undefined
    const patienceMs = callerPatienceMs(request.headers, headers) - reserveMs
    scope.set({
      limitMs: Math.min(patienceMs, limitOf(timeoutMs, host)),
      criticality: said ?? (typeof criticality === 'function' ? criticality(host) : criticality),
    })
    scope.reserveMs = reserveMs
    return scope
  }
}

const limitOf = <Host>(timeoutMs: number | ((host: Host) => number), host: Host): number => {
  const limit = typeof timeoutMs === 'function' ? timeoutMs(host) : timeoutMs
  return Number.isNaN(limit) ? Infinity : limit
}

const headerText = (value: string | string[] | undefined): string | undefined =>
  Array.isArray(value) ? value[0] : value

const lowerCased = (units: Readonly<Record<string, DeadlineUnit>>): Record<string, DeadlineUnit> =>
  Object.fromEntries(Object.entries(units).map(([name, unit]) => [name.toLowerCase(), unit]))

const checkUnits = (units: Readonly<Record<string, DeadlineUnit>>): void => {
  if (typeof units !== 'object' || units === null)
    throw new InvalidOptionsError('spillway.deadlineHeaders', units, 'an object of header names and units')
  for (const [name, unit] of Object.entries(units))
    if (!['ms', 's', 'grpc'].includes(unit))
      throw new InvalidOptionsError(`spillway.deadlineHeaders.${name}`, unit, "'ms', 's' or 'grpc'")
}

const checkCriticality = (level: Criticality | undefined): void => {
  if (level !== undefined && !CRITICALITIES.includes(level))
    throw new InvalidOptionsError('spillway.criticality', level, `one of ${CRITICALITIES.join(', ')}`)
}
