import type { Verdict } from '@spillway/core'

/** The request never left: nothing was done, nothing is charged. */
const NOT_SENT = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
])

/** Requests that cannot be sent anywhere. */
const MALFORMED = new Set(['ERR_INVALID_URL', 'ERR_INVALID_CHAR', 'ERR_INVALID_ARG_TYPE', 'UND_ERR_INVALID_ARG'])

/** The certificate is not to be trusted: no repetition makes it so. */
const CERTIFICATE = /^(?:CERT_|ERR_TLS_CERT|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_(?:GET|VERIFY)|HOSTNAME_MISMATCH)/

const DEEPEST_CAUSE = 5

/**
 * Judges what `fetch` and response bodies throw: by the code of the error or of its causes, never by its text.
 *
 * @returns `undefined` for what is no network error: a mistake in the program
 */
export const classifyNetworkError = (error: unknown): Verdict | undefined => {
  const codes = codesOf(error)
  const code = codes.find((each) => /^[\w.-]{1,100}$/.test(each))
  const withCode = code === undefined ? {} : { code }
  if (codes.some((each) => MALFORMED.has(each)))
    return { kind: 'request_failed', sent: false, billed: 'no', ...withCode }
  if (codes.some((each) => CERTIFICATE.test(each)))
    return { kind: 'endpoint_failed', scope: 'endpoint', sent: false, billed: 'no', ...withCode }
  if (isBlockedPort(error))
    return { kind: 'endpoint_failed', scope: 'endpoint', sent: false, billed: 'no', code: 'ERR_BLOCKED_PORT' }
  if (codes.some((each) => NOT_SENT.has(each)))
    return { kind: 'transient', scope: 'endpoint', sent: false, billed: 'no', ...withCode }
  if (code !== undefined) return { kind: 'transient', scope: 'endpoint', sent: true, billed: 'unknown', ...withCode }
  const { name, message } = (error ?? {}) as Partial<Error>
  // Without a code: undici says `terminated` when the connection ends inside a body, and its aborts have a name alone.
  const broken =
    name === 'AbortError' || name === 'TimeoutError' || message === 'terminated' || message === 'fetch failed'
  return broken ? { kind: 'transient', sent: true, billed: 'unknown' } : undefined
}

/** Ports of other protocols, such as 1, 25 and 6000, to which `fetch` sends nothing. It gives them no code. */
const isBlockedPort = (error: unknown): boolean =>
  (error as { cause?: { message?: unknown } } | undefined)?.cause?.message === 'bad port'

const codesOf = (error: unknown): string[] => {
  const codes: string[] = []
  let at: unknown = error
  for (let depth = 0; depth < DEEPEST_CAUSE && typeof at === 'object' && at !== null; depth++) {
    const { code, cause, errors } = at as { code?: unknown; cause?: unknown; errors?: unknown }
    if (typeof code === 'string') codes.push(code)
    at = cause ?? (Array.isArray(errors) ? errors[0] : undefined)
  }
  return codes
}
