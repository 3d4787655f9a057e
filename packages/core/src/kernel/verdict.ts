/** What an outcome means. Judged once, read by every policy. */
export type VerdictKind =
  /** A usable result. */
  | 'success'
  /** The provider is out of capacity. The same request works later, or elsewhere. */
  | 'overloaded'
  /** Our pace is above the provider's limit. It works after the hint. */
  | 'throttled'
  /** Nothing works before a reset: a daily quota or a credit is spent. */
  | 'quota_exhausted'
  /** Network, server error, our own timeout, a stalled or truncated stream. */
  | 'transient'
  /** This key, region or deployment cannot serve; another one may. */
  | 'endpoint_failed'
  /** This request can succeed nowhere. */
  | 'request_failed'
  /** The provider answered, without the result: no image, text only, `{}`. */
  | 'empty'
  /** The caller ended it. */
  | 'canceled'
  /** Spillway refused before the provider was asked. */
  | 'rejected'

/** Who is to blame: how far a failure reaches. */
export type VerdictScope = 'request' | 'key' | 'project' | 'model' | 'endpoint'

/** The judgement of one outcome. */
export interface Verdict {
  readonly kind: VerdictKind
  /** The shortest wait the server (or the refusing policy) asked for, in milliseconds. */
  readonly retryAfterMs?: number
  /** How far the failure reaches. */
  readonly scope?: VerdictScope
  /** Whether the request left for the provider. */
  readonly sent?: boolean
  /** Whether the provider charges for it. */
  readonly billed?: 'no' | 'yes' | 'unknown'
  /** The provider's own code, of low cardinality: `UNAVAILABLE`, `insufficient_quota`. */
  readonly code?: string
  /** The HTTP status, where there was one. */
  readonly status?: number
  /**
   * Nothing was refused yet: a gate that had to ask somebody else heard of a wait only after it was entered. Whoever chose
   * the endpoint may choose again; a promise settles when it is worth looking here again, where that may be any time.
   */
  readonly notYet?: true | PromiseLike<void>
}

export const SUCCESS: Verdict = /* @__PURE__ */ Object.freeze({ kind: 'success' })
export const CANCELED: Verdict = /* @__PURE__ */ Object.freeze({ kind: 'canceled' })
export const TRANSIENT: Verdict = /* @__PURE__ */ Object.freeze({ kind: 'transient' })
export const REQUEST_FAILED: Verdict = /* @__PURE__ */ Object.freeze({ kind: 'request_failed' })
