import { ConstantBackoff, ExponentialBackoff, type IBackoffFactory } from 'cockatiel'
import { checkDuration, checkKnown, checkNumber } from '../kernel/check-options.ts'

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
): IBackoffFactory<unknown> => {
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

/**
 * The same delay each time.
 *
 * @param delayMs milliseconds, at least 0
 * @throws InvalidOptionsError for a value out of its range
 */
export const constantBackoff = (delayMs: number): IBackoffFactory<unknown> =>
  new ConstantBackoff(checkDuration('constantBackoff.delayMs', delayMs))
