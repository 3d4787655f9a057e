import type { Random } from '@spillway/core'
import type { Answer } from './answer.ts'

/** Why a request got no answer, in the words of RFC 9457: nothing that only the inside of the service knows. */
export interface Problem {
  readonly status: 429 | 499 | 500 | 502 | 503 | 504
  /** A URI of the registry of HTTP problem types. @default 'about:blank' */
  readonly type?: string
  /** Milliseconds after which it may work. `Infinity`: nobody knows when. Left out: nothing is said. */
  readonly retryAfterMs?: number | undefined
  /** The rate limit policies that the request went against. */
  readonly violatedPolicies?: readonly string[]
}

const REGISTRY = 'https://iana.org/assignments/http-problem-types#'

/** The problem types of draft-ietf-httpapi-ratelimit-headers-10. */
export const QUOTA_EXCEEDED: string = `${REGISTRY}quota-exceeded`
export const TEMPORARY_REDUCED_CAPACITY: string = `${REGISTRY}temporary-reduced-capacity`

const TITLES: Readonly<Record<Problem['status'], string>> = {
  429: 'Too Many Requests',
  499: 'Client Closed Request',
  500: 'Internal Server Error',
  502: 'Bad Gateway',
  503: 'Service Unavailable',
  504: 'Gateway Timeout',
}

/** The official openai client ignores a longer `Retry-After` and tries again after half a second, unless told not to. */
const LONGEST_HONOURED_MS = 60_000

/** Clients that were refused together come back apart. */
const JITTER_RATIO = 0.1

/** Whole seconds, never earlier than the time is. */
const retryAfterSeconds = (ms: number, random: Random): number =>
  Math.max(1, Math.ceil((ms / 1000) * (1 + JITTER_RATIO * random())))

/** The body of a problem, as JSON. */
export const problemBody = ({ status, type = 'about:blank', violatedPolicies }: Problem): string =>
  JSON.stringify({
    type,
    title: TITLES[status],
    status,
    ...(violatedPolicies === undefined ? {} : { 'violated-policies': violatedPolicies }),
  })

/**
 * The answer that says it: `application/problem+json` where the client takes JSON, else a line of text.
 *
 * @param accept the request's `Accept`
 * @param random for the jitter of `Retry-After`
 */
export const problemAnswer = (problem: Problem, accept: string | undefined, random: Random): Answer => {
  const { status, retryAfterMs } = problem
  const json = takesJson(accept)
  return {
    status,
    headers: {
      'Content-Type': json ? 'application/problem+json; charset=utf-8' : 'text/plain; charset=utf-8',
      'Cache-Control': 'no-store',
      ...(retryAfterMs !== undefined && Number.isFinite(retryAfterMs)
        ? { 'Retry-After': String(retryAfterSeconds(retryAfterMs, random)) }
        : {}),
      ...(retryAfterMs !== undefined && retryAfterMs > LONGEST_HONOURED_MS ? { 'x-should-retry': 'false' } : {}),
    },
    body: json ? problemBody(problem) : `${TITLES[status]}\n`,
  }
}

const takesJson = (accept: string | undefined): boolean =>
  accept === undefined || /\*\/\*|application\/(?:\*|(?:problem\+)?json)/i.test(accept)
