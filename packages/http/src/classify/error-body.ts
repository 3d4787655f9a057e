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
  /** `google.rpc.ErrorInfo` reasons. */
  readonly reasons: readonly string[]
  /** `google.rpc.QuotaFailure` violations. */
  readonly quotas: readonly { readonly id: string; readonly value: string }[]
  /** `google.rpc.RetryInfo`: `23s`. */
  readonly retryDelay?: string
}

type Json = Readonly<Record<string, unknown>>

/** Some relays put the JSON of the provider behind them into their own `message`, and that again. */
const DEEPEST_NESTING = 5

/** Enough for every error that says something; what is longer quotes the request. */
const LONGEST_MESSAGE = 4096

const EMPTY: ErrorBody = { message: '', reasons: [], quotas: [] }

/**
 * Reads an error body of any dialect: Gemini, OpenAI, Azure, Anthropic, OpenRouter, vLLM, Ollama; in an array, as a bare
 * string, or as JSON inside a message.
 *
 * @param body the text of the body, or its parsed JSON
 */
export const readErrorBody = (body: unknown): ErrorBody => {
  let value = typeof body === 'string' ? (parsed(body) ?? body) : body
  let read = EMPTY
  for (let depth = 0; depth < DEEPEST_NESTING; depth++) {
    read = merged(read, readOnce(value))
    const inner = parsed(read.message)
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

const readOnce = (value: unknown): ErrorBody => {
  if (Array.isArray(value)) return value.length === 0 ? EMPTY : readOnce(value[0])
  if (typeof value === 'string') return { ...EMPTY, message: value.slice(0, LONGEST_MESSAGE) }
  if (!isObject(value)) return EMPTY
  const error = value['error'] ?? value
  if (typeof error === 'string') return { ...EMPTY, message: error.slice(0, LONGEST_MESSAGE) }
  return isObject(error) ? readError(error) : EMPTY
}

const readError = (error: Json): ErrorBody => {
  const { code, type, status, message, details } = error
  const number =
    typeof code === 'number'
      ? code
      : typeof status === 'number'
        ? status
        : typeof code === 'string'
          ? Number(code)
          : Number.NaN
  const isHttp = Number.isInteger(number) && number >= 300 && number < 600
  return {
    ...readDetails(Array.isArray(details) ? details : []),
    message: typeof message === 'string' ? message.slice(0, LONGEST_MESSAGE) : '',
    ...(typeof code === 'string' && !isHttp ? { code: code.slice(0, 100) } : {}),
    ...(typeof type === 'string' ? { type: type.slice(0, 100) } : {}),
    ...(typeof status === 'string' ? { status: status.slice(0, 100) } : {}),
    ...(isHttp ? { httpStatus: number } : {}),
  }
}

const readDetails = (details: readonly unknown[]): Pick<ErrorBody, 'reasons' | 'quotas' | 'retryDelay'> => {
  const reasons: string[] = []
  const quotas: { id: string; value: string }[] = []
  let retryDelay: string | undefined
  for (const detail of details.slice(0, 32)) {
    if (!isObject(detail)) continue
    if (typeof detail['reason'] === 'string') reasons.push(detail['reason'])
    if (typeof detail['retryDelay'] === 'string') retryDelay = detail['retryDelay']
    const violations = detail['violations']
    for (const violation of Array.isArray(violations) ? violations.slice(0, 32) : [])
      if (isObject(violation)) quotas.push({ id: asText(violation['quotaId']), value: asText(violation['quotaValue']) })
  }
  return { reasons, quotas, ...(retryDelay === undefined ? {} : { retryDelay }) }
}

const asText = (value: unknown): string =>
  typeof value === 'string' ? value : typeof value === 'number' ? String(value) : ''

const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value)

const parsed = (text: string): unknown => {
  const start = text.trimStart()[0]
  if (start !== '{' && start !== '[') return undefined
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}
