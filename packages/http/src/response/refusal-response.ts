import { isRejectedError, type SpillwayError } from '@spillway/core'

/** The header that marks an answer as Spillway's own; its value is the error's code. */
export const SPILLWAY_CODE_HEADER = 'x-spillway-code'

/** By the headers, which clients hand on into their own errors. */
const refusals = new WeakMap<object, SpillwayError>()

const TOO_MANY = new Set(['ERR_SPILLWAY_RATE_LIMIT_EXCEEDED', 'ERR_SPILLWAY_CONCURRENCY_LIMIT_EXCEEDED'])

/** The status that a refusal or a passed limit is answered with; `undefined` for errors that are thrown as they are. */
export const refusalStatus = (error: SpillwayError): number | undefined => {
  if (error.code === 'ERR_SPILLWAY_TIMEOUT_EXCEEDED') return 504
  if (error.code === 'ERR_SPILLWAY_ANSWER_TOO_LARGE') return 502
  if (TOO_MANY.has(error.code)) return 429
  return isRejectedError(error) ? 503 : undefined
}

/**
 * An answer that says what Spillway decided, in a form that every client understands: status, `Retry-After`, and
 * `x-should-retry: false`, because Spillway has done the retrying.
 */
export const refusalResponse = (error: SpillwayError, status: number, body?: unknown): Response => {
  const { code, message, retryAfterMs } = error
  const headers = new Headers({
    'content-type': 'application/json',
    'x-should-retry': 'false',
    [SPILLWAY_CODE_HEADER]: code,
  })
  if (retryAfterMs !== undefined && Number.isFinite(retryAfterMs)) {
    headers.set('retry-after', String(Math.ceil(retryAfterMs / 1000)))
    headers.set('retry-after-ms', String(Math.ceil(retryAfterMs)))
  }
  const content = body ?? { error: { message, type: 'spillway_error', code, param: null } }
  const response = new Response(JSON.stringify(content), { status, headers })
  refusals.set(response.headers, error)
  return response
}

/**
 * The refusal behind a response, by the response's headers: clients such as `openai` hand the headers on in their own
 * error.
 *
 * ```ts no-run
 * import { pipeline, timeout } from '@spillway/core'
 * import { refusalBehind, resilientFetch } from '@spillway/http'
 *
 * const fetchThrough = resilientFetch(pipeline([timeout({ totalMs: 5000 })]), { refusals: 'respond' })
 * const response = await fetchThrough('https://example.com')
 * console.log(refusalBehind(response.headers)?.code)
 * ```
 */
export const refusalBehind = (headers: unknown): SpillwayError | undefined =>
  typeof headers === 'object' && headers !== null ? refusals.get(headers) : undefined
