import type { IBackoffFactory } from 'cockatiel'
import type { VerdictKind } from '../../kernel/verdict.ts'
import { constantBackoff, exponentialBackoff } from '../../primitives/backoff.ts'

/**
 * What a backoff is told: cockatiel's own retry context, so that its `DelegateBackoff` works unchanged, and the verdict.
 */
export interface RetryBackoffContext {
  /** The retry about to be made, from 1. */
  readonly attempt: number
  readonly signal: AbortSignal
  readonly result: { readonly error: unknown } | { readonly value: unknown }
  readonly verdict: VerdictKind
}

/** A sequence of delays. Any backoff of cockatiel is one. */
export type Backoff = IBackoffFactory<RetryBackoffContext>

/**
 * What each kind of failure waits for. Overload does not grow: a 503 costs the provider nothing and capacity comes back
 * for whoever asks then; growing from 1 s to 30 s lost 4 points of goodput under sustained overload.
 */
export const DEFAULT_BACKOFFS: Partial<Record<VerdictKind, Backoff>> & { readonly transient: Backoff } = {
  overloaded: /* @__PURE__ */ constantBackoff(2000),
  throttled: /* @__PURE__ */ exponentialBackoff({ initialDelayMs: 1000, maxDelayMs: 30_000 }),
  transient: /* @__PURE__ */ exponentialBackoff({ initialDelayMs: 500, maxDelayMs: 30_000 }),
  empty: /* @__PURE__ */ constantBackoff(0),
}
