import type { HeadersLike } from '../limits/server-clock.ts'
import { readDetails } from './error-details.ts'
import { isObject, parsed, type Json } from './json.ts'

/** What the error bodies of all dialects say, in one shape. */
export interface ErrorBody {
  /** The provider's words. May quote the request: not for events or logs. */
  readonly message: string
  /** OpenAI's `code`, as text. */
  readonly code?: string
  /** OpenAI's or Anthropic's `type`. */
  readonly type?: string
  /** Gemini's `status`: `UNAVAILABLE`. */
  readonly status?: string
  /** An HTTP status that stands in the body: Gemini, vLLM and OpenRouter write it as `code`. */
  readonly httpStatus?: number
  /** What says more than a code: `google.rpc.ErrorInfo` reasons, Anthropic's `error_code`, OpenRouter's `error_type`. */
  readonly reasons: readonly string[]
  /** `google.rpc.QuotaFailure` violations. */
  readonly quotas: readonly { readonly id: string; readonly value: string }[]
  /** `google.rpc.RetryInfo`: `23s`. */
  readonly retryDelay?: string
  /** Headers that OpenRouter puts into the body. */
  readonly headers?: HeadersLike
  /** OpenRouter: the request was held back by a moderator. */
  readonly flagged?: boolean
}

/** Some relays put the JSON of the provider behind them into their own `message`, and that again. */
const DEEPEST_NESTING = 5

/** Enough for every error that says something; what is longer quotes the request. */
const LONGEST_MESSAGE = 4096

const EMPTY: ErrorBody = { message: '', reasons: [], quotas: [] }

/**
 * Reads an error body of any dialect: OpenAI, Gemini, Anthropic, Azure, Bedrock, OpenRouter, LiteLLM, vLLM, Ollama; in an
 * array, as a bare string, or as JSON inside a message.
 *
 * @param body the text of the body, or its parsed JSON
 */
export const readErrorBody = (body: unknown): ErrorBody => {
  let value = typeof body === 'string' ? (parsed(body) ?? body) : body
  let read = EMPTY
  for (let depth = 0; depth < DEEPEST_NESTING; depth++) {
    const { inner, ...once } = readOnce(value)
    read = merged(read, once)
    if (inner === undefined) return read
    value = inner
    read = { ...read, message: '' }
  }
  return read
}

const merged = (outer: ErrorBody, inner: ErrorBody): ErrorBody => ({
  ...outer,
  ...inner,
  reasons: [...outer.reasons, ...inner.reasons],
  quotas: [...outer.quotas, ...inner.quotas],
})

/** `inner`: the error of the provider behind this one. */
type OneLayer = ErrorBody & { readonly inner?: unknown }

const readOnce = (body: unknown): OneLayer => {
  // Gemini's compatible API puts its errors into a list.
  const value: unknown = Array.isArray(body) ? body[0] : body
  if (typeof value === 'string') return inWords(value)
  if (!isObject(value)) return EMPTY
  const error = value['error'] ?? value
  if (typeof error === 'string') return inWords(error)
  return isObject(error) ? readError(error) : EMPTY
}

const inWords = (text: string): OneLayer => {
  const inner = parsed(text)
  return { ...EMPTY, message: text.slice(0, LONGEST_MESSAGE), ...(inner === undefined ? {} : { inner }) }
}

const readError = (error: Json): OneLayer => {
  const { code, type, status, message, Message } = error
  const text = typeof message === 'string' ? message : typeof Message === 'string' ? Message : ''
  const { inner, ...details } = readDetails(error)
  const httpStatus = [code, status, error['statusCode']].map(asStatus).find((each) => each !== undefined)
  // AWS: `com.amazon.coral.service#ThrottlingException`.
  const awsType = typeof error['__type'] === 'string' ? error['__type'].split('#').at(-1) : undefined
  const named = typeof type === 'string' ? type : awsType
  const behind = parsed(text) ?? inner
  return {
    ...details,
    message: text.slice(0, LONGEST_MESSAGE),
    ...(typeof code === 'string' && asStatus(code) === undefined ? { code: code.slice(0, 100) } : {}),
    ...(named === undefined ? {} : { type: named.slice(0, 100) }),
    ...(typeof status === 'string' ? { status: status.slice(0, 100) } : {}),
    ...(httpStatus === undefined ? {} : { httpStatus }),
    ...(behind === undefined ? {} : { inner: behind }),
  }
}

/** An HTTP status, as a number or in digits. */
const asStatus = (value: unknown): number | undefined => {
  const number = typeof value === 'number' ? value : typeof value === 'string' ? Number(value) : Number.NaN
  return Number.isInteger(number) && number >= 300 && number < 600 ? number : undefined
}
