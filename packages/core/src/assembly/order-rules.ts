import { ConstantBackoff, ExponentialBackoff, IterableBackoff, type IBackoffFactory } from 'cockatiel'
import { byEndpoint } from '../kernel/endpoint.ts'

/** A part as the rules see it. */
export interface Seen {
  readonly name: string
  readonly kind: string
  readonly options: Readonly<Record<string, unknown>>
}

/** Two parts that do not go together, the outer one first. */
export interface OrderRule {
  readonly code: string
  readonly outer: readonly string[]
  readonly inner: readonly string[]
  /** Whether the two may be the same part. */
  readonly sameToo?: true
  /** What is wrong and what to do; `undefined`: nothing. `between` are the kinds that stand between the two. */
  readonly message: (outer: Seen, inner: Seen, between: readonly string[]) => string | undefined
}

/** A deferred call waits for hours: a total below this leaves it nothing to wait for. */
const SHORTEST_SCHEDULED_TOTAL_MS = 3_600_000

/** How far a backoff is followed to find its longest delay: an exponential one is at its cap by then. */
const BACKOFF_STEPS = 64

/** A limit, if one is set: `undefined` for none, `Infinity` included. */
const limit = ({ options }: Seen, name: string): number | undefined => {
  const value = options[name]
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined
}

/** The longest delay of a backoff that can be asked without running code of the user's. */
const longestDelayMs = (backoff: unknown): number => {
  const known = [ConstantBackoff, IterableBackoff, ExponentialBackoff].find((each) => backoff instanceof each)
  if (known === undefined) return 0
  let step = (backoff as IBackoffFactory<unknown>).next(undefined)
  let longest = step.duration
  for (let i = 1; i < BACKOFF_STEPS; i++) {
    step = step.next(undefined)
    longest = Math.max(longest, step.duration)
  }
  return longest
}

/** The window over which a breaker strategy counts, where it says so. */
const windowMs = ({ options: { breaker } }: Seen): number | undefined => {
  const strategy: unknown = typeof breaker === 'function' ? breaker() : undefined
  const ms = (strategy as { windowMs?: unknown } | undefined)?.windowMs
  return typeof ms === 'number' && Number.isFinite(ms) ? ms : undefined
}

/** Inside of these a limit begins anew, or later. */
const PARTING: ReadonlySet<string> = new Set(['retry', 'failover', 'hedge', 'schedule'])

/** What contradicts itself, and what to write instead. docs/concepts/ordering.md has the same list. */
export const ORDER_RULES: readonly OrderRule[] = [
  {
    code: 'SPILLWAY_ATTEMPT_LIMIT_OUTSIDE_RETRY',
    outer: ['timeout'],
    inner: ['retry', 'failover'],
    message: (outer, inner) =>
      limit(outer, 'attemptMs') === undefined
        ? undefined
        : `attemptMs of ${outer.name} stands outside ${inner.name}, so that it bounds all attempts together. Put that timeout inside, or call the limit totalMs.`,
  },
  {
    code: 'SPILLWAY_TOTAL_INSIDE_RETRY',
    outer: ['retry', 'failover'],
    inner: ['timeout'],
    message: (outer, inner) =>
      limit(inner, 'totalMs') === undefined
        ? undefined
        : `totalMs of ${inner.name} stands inside ${outer.name}, so that it begins anew with each attempt and ${outer.name} knows no deadline. Put that timeout outside, or call the limit attemptMs.`,
  },
  {
    code: 'SPILLWAY_TWO_TOTALS',
    outer: ['timeout'],
    inner: ['timeout'],
    message: (outer, inner, between) =>
      limit(outer, 'totalMs') === undefined ||
      limit(inner, 'totalMs') === undefined ||
      between.some((kind) => PARTING.has(kind))
        ? undefined
        : `${outer.name} and ${inner.name} both set totalMs: only the shorter one ever acts. Keep one.`,
  },
  {
    code: 'SPILLWAY_TOTAL_SHORTER_THAN_ATTEMPT',
    outer: ['timeout'],
    inner: ['timeout'],
    sameToo: true,
    message: (outer, inner) => {
      const totalMs = limit(outer, 'totalMs')
      if (totalMs === undefined) return undefined
      for (const option of ['attemptMs', 'firstByteMs']) {
        const ms = limit(inner, option)
        if (ms !== undefined && ms >= totalMs)
          return `${option} of ${inner.name} (${ms}) is not below totalMs of ${outer.name} (${totalMs}): the call is over before the limit can act. Lower the one or raise the other.`
      }
      return undefined
    },
  },
  {
    code: 'SPILLWAY_RETRY_INSIDE_RETRY',
    outer: ['retry'],
    inner: ['retry'],
    message: (outer, inner) =>
      `${inner.name} stands inside ${outer.name}: their attempts multiply. Keep one, or put a failover's pool in place of the other.`,
  },
  {
    code: 'SPILLWAY_RETRY_INSIDE_HEDGE',
    outer: ['hedge'],
    inner: ['retry'],
    message: (outer, inner) =>
      `${inner.name} stands inside ${outer.name}: each hedge retries on its own, which multiplies the load at the worst time. Put ${inner.name} outside.`,
  },
  {
    code: 'SPILLWAY_FAILOVER_INSIDE_ENDPOINT_LIMIT',
    outer: ['rateLimit', 'adaptiveConcurrency'],
    inner: ['failover'],
    message: (outer, inner) =>
      outer.options['partitionKey'] !== byEndpoint || countOf(inner) < 2
        ? undefined
        : `${outer.name} keeps a limit for each endpoint, and ${inner.name} chooses the endpoint only inside it: all share one limit. Put ${outer.name} inside, or give it a partitionKey of its own.`,
  },
  {
    code: 'SPILLWAY_ACCOUNTING_OUTSIDE_ATTEMPTS',
    outer: ['accounting'],
    inner: ['retry', 'hedge', 'failover'],
    message: (outer, inner) =>
      `${outer.name} stands outside ${inner.name}, so that several attempts count as one, and a ceiling refuses only the first. Put ${outer.name} inside.`,
  },
  {
    code: 'SPILLWAY_FALLBACK_HIDES_FAILURES',
    outer: ['retry', 'failover', 'hedge', 'circuitBreaker', 'adaptiveConcurrency'],
    inner: ['fallback'],
    message: (outer, inner) =>
      `${inner.name} stands inside ${outer.name}, which sees its other answer and never the failure. Put ${inner.name} outside.`,
  },
  {
    code: 'SPILLWAY_FALLBACK_INSIDE_CACHE',
    outer: ['cache'],
    inner: ['fallback'],
    message: (outer, inner) =>
      `${inner.name} stands inside ${outer.name}: a placeholder is stored and given as the answer for as long as it lives. Put ${inner.name} outside.`,
  },
  {
    code: 'SPILLWAY_CACHE_INSIDE_RETRY',
    outer: ['retry', 'failover', 'hedge'],
    inner: ['cache'],
    message: (outer, inner) =>
      `${inner.name} stands inside ${outer.name}: it is asked again for each attempt, and a stale answer ends what ${outer.name} would have mended. Put ${inner.name} outside.`,
  },
  {
    code: 'SPILLWAY_WAIT_LONGER_THAN_TOTAL',
    outer: ['timeout'],
    inner: ['bulkhead', 'rateLimit', 'adaptiveConcurrency'],
    message: (outer, inner) => {
      const totalMs = limit(outer, 'totalMs')
      const waitMs = limit(inner, 'maxWaitMs')
      return totalMs === undefined || waitMs === undefined || waitMs < totalMs
        ? undefined
        : `maxWaitMs of ${inner.name} (${waitMs}) is not below totalMs of ${outer.name} (${totalMs}): the call is over before the wait is. Lower maxWaitMs, or leave it out: the deadline bounds it.`
    },
  },
  {
    code: 'SPILLWAY_BACKOFF_LONGER_THAN_TOTAL',
    outer: ['timeout'],
    inner: ['retry'],
    message: (outer, inner) => {
      const totalMs = limit(outer, 'totalMs')
      if (totalMs === undefined) return undefined
      const longestMs = longestDelayMs(inner.options['backoff'])
      return longestMs < totalMs
        ? undefined
        : `The longest delay of ${inner.name} (${longestMs}) is not below totalMs of ${outer.name} (${totalMs}): such a retry is never made. Lower the backoff's cap.`
    },
  },
  {
    code: 'SPILLWAY_HEDGE_AFTER_TOTAL',
    outer: ['timeout'],
    inner: ['hedge'],
    message: (outer, inner) => {
      const totalMs = limit(outer, 'totalMs')
      const delayMs = limit(inner, 'delayMs')
      return totalMs === undefined || delayMs === undefined || delayMs < totalMs
        ? undefined
        : `delayMs of ${inner.name} (${delayMs}) is not below totalMs of ${outer.name} (${totalMs}): the call is over before the second attempt. Lower delayMs.`
    },
  },
  {
    code: 'SPILLWAY_HEDGE_AFTER_ATTEMPT',
    outer: ['hedge'],
    inner: ['timeout'],
    message: (outer, inner) => {
      const delayMs = limit(outer, 'delayMs')
      const attemptMs = limit(inner, 'attemptMs')
      return attemptMs === undefined || delayMs === undefined || delayMs < attemptMs
        ? undefined
        : `delayMs of ${outer.name} (${delayMs}) is not below attemptMs of ${inner.name} (${attemptMs}): the first attempt is over before the second could overtake it. Lower delayMs.`
    },
  },
  {
    code: 'SPILLWAY_WINDOW_SHORTER_THAN_ATTEMPT',
    outer: ['circuitBreaker'],
    inner: ['timeout'],
    message: (outer, inner) => {
      const attemptMs = limit(inner, 'attemptMs')
      const ms = attemptMs === undefined ? undefined : windowMs(outer)
      return ms === undefined || attemptMs === undefined || ms >= 2 * attemptMs
        ? undefined
        : `The window of ${outer.name} (${ms}) is shorter than two attempts (attemptMs of ${inner.name} is ${attemptMs}): failures are forgotten before there are enough of them. Widen the window.`
    },
  },
  {
    code: 'SPILLWAY_SCHEDULE_INSIDE_SHORT_TOTAL',
    outer: ['timeout'],
    inner: ['schedule'],
    message: (outer, inner) => {
      const totalMs = limit(outer, 'totalMs')
      return totalMs === undefined || totalMs >= SHORTEST_SCHEDULED_TOTAL_MS
        ? undefined
        : `totalMs of ${outer.name} (${totalMs}) stands outside ${inner.name}, which waits for hours: nothing is ever deferred. Put that timeout inside ${inner.name}.`
    },
  },
]

const countOf = ({ options: { endpoints } }: Seen): number => (Array.isArray(endpoints) ? endpoints.length : 0)
