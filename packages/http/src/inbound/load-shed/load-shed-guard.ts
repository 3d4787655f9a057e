import type { Answer } from '../failure/answer.ts'
import { problemAnswer, TEMPORARY_REDUCED_CAPACITY } from '../failure/problem.ts'
import type { Exchange, Guard } from '../exchange.ts'
import { watchMaking } from '../made-in-request.ts'
import { scopeOf } from '../scope/request-scope.ts'
import { AdmittedRatio } from './admitted-ratio.ts'
import { checkLoadShed, type LoadShedOptions, type ShedReason } from './load-shed-options.ts'
import { Places } from './places.ts'

/** What a `loadShed` middleware does now. */
export interface LoadShedState {
  /** Requests that it let in and that are not answered. */
  readonly inFlight: number
  /** How many it would let in at once. */
  readonly limit: number
  /** The share of requests that the process's own pressure lets in: 1 while all is well. */
  readonly admittedRatio: number
}

/** A guard that says how it is. */
export type LoadShedGuard<Host> = Guard<Host> & { readonly state: () => LoadShedState }

/**
 * The part of the `loadShed` middleware that knows no host.
 *
 * @throws InvalidOptionsError when an option is out of its range or not known
 */
export const loadShedGuard = <Host>(options: LoadShedOptions<Host> = {}): LoadShedGuard<Host> => {
  const resolved = checkLoadShed(options)
  const { allow, criticality, clock, random, windowMs, retryAfterMs, onShed } = resolved
  const places = new Places(resolved.maxConcurrency, resolved.reserveRatio, clock)
  const admitted = new AdmittedRatio()
  const allowed = new Set(allow)
  const seen = watchMaking('loadShed')
  let readAt = clock.now()
  let worst: ShedReason = 'utilization'

  /** Looked at when somebody asks: no timer, and nothing to do while nobody does. */
  const look = (): void => {
    const windows = Math.floor((clock.now() - readAt) / windowMs)
    if (windows === 0) return
    readAt = clock.now()
    const { eventLoopDelayMs, utilization, heapUsedBytes } = resolved.pressure()
    const shares: [ShedReason, number][] = [
      ['event_loop_delay', eventLoopDelayMs / resolved.maxEventLoopDelayMs],
      ['utilization', resolved.maxUtilization === 1 ? 0 : utilization / resolved.maxUtilization],
      ['heap', heapUsedBytes / resolved.maxHeapUsedBytes],
    ]
    const [reason, pressure] = shares.reduce((most, each) => (each[1] > most[1] ? each : most))
    if (pressure > 1) {
      worst = reason
      places.tooMany()
    }
    // Nobody asked for a while: either there was nothing to do, or so much that nobody was heard.
    if (windows > 2 && pressure <= 1) admitted.windowsSkipped(windows)
    else admitted.windowEnded(pressure, windows)
  }

  const refusal = ({ host, request }: Exchange<Host>): ShedReason | undefined => {
    const level = criticality?.(host) ?? scopeOf(request)?.criticality ?? 'critical'
    if (!admitted.admits(level)) return worst
    return places.hasRoomFor(level) ? undefined : 'concurrency'
  }

  const guard = (exchange: Exchange<Host>): Answer | undefined => {
    seen(exchange.request)
    look()
    if (allowed.has(exchange.path)) return undefined
    const reason = refusal(exchange)
    if (reason === undefined) {
      places.take(exchange.response)
      return undefined
    }
    onShed?.(reason, exchange.host)
    const problem = { status: 503, type: TEMPORARY_REDUCED_CAPACITY, retryAfterMs } as const
    return problemAnswer(problem, exchange.request.headers.accept, random)
  }
  const state = (): LoadShedState => ({
    inFlight: places.inFlight,
    limit: places.limit,
    admittedRatio: admitted.current,
  })
  return Object.assign(guard, { state })
}
