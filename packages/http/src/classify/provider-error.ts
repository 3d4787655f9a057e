import type { SpillwayError, Verdict } from '@spillway/core'
import type { ReplyJudgement } from './classify-reply.ts'

/** Where an error comes from. */
export interface ProviderErrorSource {
  /** The dialect: `openai`, `gemini`. */
  readonly provider: string
  /** The endpoint's name, where there are endpoints. */
  readonly endpoint?: string | undefined
  readonly requestId?: string | undefined
}

/**
 * The provider answered, and it was no success: an error status, an error inside a 200, an answer that makes no sense.
 * Carries neither the request nor the answer; the provider's message only where that cannot quote them.
 */
export class ProviderError extends Error implements SpillwayError {
  readonly isSpillwayError = true
  override readonly name = 'ProviderError'
  readonly code = 'ERR_SPILLWAY_PROVIDER'
  readonly verdict: Verdict
  readonly provider: string
  readonly endpoint?: string
  /** The HTTP status. */
  readonly status: number
  /** The provider's own code: `UNAVAILABLE`, `insufficient_quota`. */
  readonly providerCode?: string
  readonly requestId?: string
  readonly retryAfterMs?: number

  constructor(source: ProviderErrorSource, { verdict, message }: ReplyJudgement) {
    const { provider, endpoint, requestId } = source
    const { status = 0, code, kind, retryAfterMs } = verdict
    const who = endpoint === undefined ? provider : `${provider} (${endpoint})`
    const what = code === undefined ? String(status) : `${status} ${code}`
    super(`${who} answered ${what}: ${kind}.${message === '' ? '' : ` ${message}`}`)
    this.verdict = verdict
    this.provider = provider
    this.status = status
    if (endpoint !== undefined) this.endpoint = endpoint
    if (code !== undefined) this.providerCode = code
    if (requestId !== undefined) this.requestId = requestId
    if (retryAfterMs !== undefined) this.retryAfterMs = retryAfterMs
  }
}
