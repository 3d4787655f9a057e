import { ConstantBackoff, ExponentialBackoff, type IBackoffFactory } from 'cockatiel'
import { checkDuration, checkKnown, checkNumber } from '../../kernel/check-options.ts'
import type { VerdictKind } from '../../kernel/verdict.ts'

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
 * Delays that grow by a factor up to a cap. cockatiel's `ExponentialBackoff` with a generator that honours the factor;
 * `retry` puts the jitter on top, after the cap, so that it does not vanish there.
 *
 * ```ts
 * import { exponentialBackoff, retry } from '@spillway/core'
 * const policy = retry({ backoff: exponentialBackoff({ initialDelayMs: 500, factor: 3 }), maxAttempts: 4 })
 * console.log(policy.name) // => retry
 * ```
 *
 * @param options.initialDelayMs the first delay, in milliseconds, default 1,000
 * @param options.maxDelayMs the cap, in milliseconds, default 30,000
 * @param options.factor how much each delay exceeds the one before, at least 1, default 2
 * @throws InvalidOptionsError for a value out of its range
 */
export const exponentialBackoff = (
  options: { readonly initialDelayMs?: number; readonly maxDelayMs?: number; readonly factor?: number } = {},
): Backoff => {
  checkKnown('exponentialBackoff', options, ['initialDelayMs', 'maxDelayMs', 'factor'])
  const { initialDelayMs = 1000, maxDelayMs = 30_000, factor = 2 } = options
  checkDuration('exponentialBackoff.initialDelayMs', initialDelayMs)
  checkDuration('exponentialBackoff.maxDelayMs', maxDelayMs, { min: initialDelayMs })
  checkNumber('exponentialBackoff.factor', factor, { min: 1 })
  return new ExponentialBackoff<number>({
    initialDelay: initialDelayMs,
    maxDelay: maxDelayMs,
    exponent: factor,
    // A huge factor is Infinity, which the cap bounds; that times 0 would be no number at all.
    generator: (step = 0) => [
      initialDelayMs === 0 ? 0 : Math.min(maxDelayMs, initialDelayMs * factor ** step),
      step + 1,
    ],
  })
}

/** The same delay each time. */
export const constantBackoff = (delayMs: number): Backoff =>
  new ConstantBackoff(checkDuration('constantBackoff.delayMs', delayMs))

/**
 * What each kind of failure waits for. Overload does not grow: a 503 costs the provider nothing and capacity comes back
 * for whoever asks then; growing from 1 s to 30 s lost 4 points of goodput under sustained overload.
 */
export const DEFAULT_BACKOFFS: Partial<Record<VerdictKind, Backoff>> & { readonly transient: Backoff } = {
  overloaded: constantBackoff(2000),
  throttled: exponentialBackoff({ initialDelayMs: 1000, maxDelayMs: 30_000 }),
  transient: exponentialBackoff({ initialDelayMs: 500, maxDelayMs: 30_000 }),
  empty: constantBackoff(0),
}
