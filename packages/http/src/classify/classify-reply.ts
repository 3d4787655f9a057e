import type { Verdict, VerdictKind } from '@spillway/core'
import { serverWaitMs } from '../limits/server-wait.ts'
import type { HeadersLike } from '../limits/server-clock.ts'
import { blame } from './blame.ts'
import { readErrorBody, type ErrorBody } from './error-body.ts'
import { oneLine } from './one-line.ts'
import { without } from '../request/secrets.ts'

/** An answer that is no success. */
export interface Reply {
  /** HTTP status; 200 for an error inside an answer that began well. */
  readonly status: number
  readonly headers?: HeadersLike | undefined
  /** Text of the body, or its parsed JSON. */
  readonly body?: unknown
  /** The time now, in milliseconds since 1970: for waits given as a date. */
  readonly wallTimeMs?: number
  /** What must not be quoted: the keys that the request carried. */
  readonly secrets?: readonly string[]
}

/** What an answer that is no success amounts to. */
export interface ReplyJudgement {
  readonly verdict: Verdict
  /** The provider's words, one line, without what looks like a key; empty where they may quote the request. */
  readonly message: string
}

/**
 * Judges an answer that is no success, in the dialect of OpenAI, Gemini, Anthropic, Azure, Bedrock, Groq, OpenRouter, LiteLLM,
 * vLLM or Ollama. A code decides before a status, a status before anything else; a message only where providers put nothing
 * anywhere else. `x-should-retry` has the last word.
 *
 * ```ts
 * import { classifyReply } from '@spillway/http'
 * const { verdict } = classifyReply({ status: 429, body: { error: { code: 'insufficient_quota', message: '' } } })
 * console.log(verdict.kind) // => quota_exhausted
 * ```
 */
export const classifyReply = (reply: Reply): ReplyJudgement => {
  const error = readErrorBody(reply.body)
  // Inside an answer that began with 200 the body's own status is the only one there is.
  const status = reply.status >= 300 ? reply.status : (error.httpStatus ?? reply.status)
  const retryAfterMs = serverWaitMs(reply.headers, error, reply.wallTimeMs)
  const [kind, scope] = blame({ status, error, headers: reply.headers, retryAfterMs })
  const { secrets = [] } = reply
  const code = codeOf(status, error, reply.headers, secrets)
  const verdict: Verdict = {
    kind,
    sent: true,
    billed: isUnbilled(kind, reply.status, error) ? 'no' : 'unknown',
    status: reply.status,
    ...(scope === undefined ? {} : { scope }),
    ...(code === undefined ? {} : { code }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  }
  return { verdict, message: quotable(kind) ? oneLine(without(secrets, error.message)) : '' }
}

const codeOf = (
  status: number,
  error: ErrorBody,
  headers: HeadersLike | undefined,
  secrets: readonly string[],
): string | undefined => {
  if (status >= 300 && status < 400) return 'redirect'
  const { reasons, code, type } = error
  const word = reasons[0] ?? code ?? error.status ?? type ?? awsErrorType(headers)
  return word === undefined || without(secrets, word) !== word ? undefined : clean(word)
}

/** AWS names its errors in a header: `ThrottlingException:http://…`. */
const awsErrorType = (headers: HeadersLike | undefined): string | undefined =>
  headers?.get('x-amzn-errortype')?.split(':', 1)[0]

/** Codes go into events and metrics: words only. */
const clean = (code: string): string | undefined => (/^[\w.:-]{1,100}$/.test(code) ? code : undefined)

/**
 * Providers charge for nothing they refuse, nor, as Gemini's documentation says, for a 500 of their own; whether they charge
 * for what broke on the way, so that somebody in between answers, is not known.
 */
const isUnbilled = (kind: VerdictKind, status: number, { code, type, status: name }: ErrorBody): boolean => {
  if (status < 300) return false
  if (status < 500 || status === 503 || status === 529 || kind === 'overloaded') return true
  return status === 500 && (code ?? type ?? name) !== undefined
}

/** A message about the request may quote it, and one about the key may quote that. */
const quotable = (kind: VerdictKind): boolean =>
  kind === 'overloaded' || kind === 'throttled' || kind === 'quota_exhausted' || kind === 'transient'
