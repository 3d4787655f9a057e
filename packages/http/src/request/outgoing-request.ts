import { isRepeatable, snapshot } from './request-body.ts'
import { checkUrl, headersOf } from './unquoted.ts'

/** What `fetch` takes. */
export type FetchInput = string | URL | Request

/** A `fetch`, as Node's global one. */
export type Fetch = (input: FetchInput, init?: RequestInit) => Promise<Response>

/** A request as one attempt sends it. */
export interface OutgoingRequest {
  readonly url: string
  readonly method: string
  readonly headers: Headers
  /** A string, bytes, a form, a blob or a stream, as `fetch` takes it; `undefined`: none. */
  readonly body: unknown
}

/** A request as the caller made it, ready to be sent more than once. */
export interface OriginalRequest {
  /** A copy for one attempt. */
  readonly copy: () => OutgoingRequest
  /** What else the caller gave: `dispatcher`, `duplex`, `keepalive`. */
  readonly rest: Readonly<Record<string, unknown>>
  /** Whether the body can be sent a second time. */
  readonly repeatable: boolean
  readonly signal: AbortSignal | undefined
}

/** Reads the arguments of a `fetch`. The body of a `Request` is read here, once; streams are sent as they are. */
export const readRequest = async (input: FetchInput, init: RequestInit = {}): Promise<OriginalRequest> => {
  const { method, headers, body, signal, redirect: _redirect, ...rest } = init
  const request = isRequest(input) ? input : undefined
  const url = isRequest(input) ? input.url : typeof input === 'string' ? input : input.href
  const verb = method ?? request?.method ?? 'GET'
  const given = headersOf(headers ?? request?.headers)
  checkUrl(url)
  const content =
    snapshot(body) ?? (request === undefined || request.body === null ? undefined : await request.arrayBuffer())
  return {
    copy: () => ({ url, method: verb, headers: new Headers(given), body: content }),
    rest,
    repeatable: isRepeatable(content),
    signal: signal ?? request?.signal ?? undefined,
  }
}

const isRequest = (input: FetchInput): input is Request =>
  typeof input === 'object' && 'url' in input && 'arrayBuffer' in input
