import {
  checkFunction,
  InvalidOptionsError,
  type BreakerSample,
  type IBreaker,
  type TimedBreaker,
} from '@spillway/core'

/**
 * A strategy for `circuitBreaker` that goes by the stricter of two while somebody warns, such as a status page. Both count
 * every call; the strict one is only listened to when a call of ours has failed. So a warning opens nothing: it takes a failure to.
 *
 * ```ts
 * import { circuitBreaker, ConsecutiveBreaker, pipeline } from '@spillway/core'
 * import { cautiousBreaker, monitor } from '@spillway/monitor'
 *
 * const watch = monitor()
 * const calls = pipeline([
 *   circuitBreaker({
 *     breaker: () =>
 *       cautiousBreaker(new ConsecutiveBreaker(5), new ConsecutiveBreaker(2), () => watch.cautious({ endpoint: 'official' })),
 *   }),
 * ])
 * console.log(await calls.execute(async () => 'an image')) // => an image
 * watch.dispose()
 * ```
 *
 * @param usual what holds without a warning: cockatiel's strategies, or `windowBreaker`
 * @param strict what holds with one; of the same kind
 * @param cautious whether somebody warns
 * @throws InvalidOptionsError when one of the two looks at time and the other does not
 */
export const cautiousBreaker = (usual: IBreaker, strict: IBreaker, cautious: () => boolean): IBreaker => {
  checkFunction('cautiousBreaker.cautious', cautious)
  const [usualTimed, strictTimed] = [timed(usual), timed(strict)]
  if ((usualTimed === undefined) !== (strictTimed === undefined))
    throw new InvalidOptionsError(
      'cautiousBreaker.strict',
      strict,
      'a strategy that looks at time exactly where the usual one does',
    )
  const both: IBreaker = {
    get state() {
      return { usual: usual.state, strict: strict.state }
    },
    set state(saved: unknown) {
      const { usual: first, strict: second } = saved as { readonly usual: unknown; readonly strict: unknown }
      usual.state = first
      strict.state = second
    },
    success(state) {
      usual.success(state)
      strict.success(state)
    },
    failure(state) {
      const [first, second] = [usual.failure(state), strict.failure(state)]
      return first || (second && cautious())
    },
  }
  if (usualTimed === undefined || strictTimed === undefined) return both
  const record = (sample: BreakerSample): ReturnType<TimedBreaker['record']> => {
    const [first, second] = [usualTimed.record(sample), strictTimed.record(sample)]
    return first ?? (sample.kind === 'failure' && cautious() ? second : undefined)
  }
  // Not by spreading: the state is a property that is looked up and set.
  return Object.defineProperties(both, {
    windowMs: { value: Math.max(usualTimed.windowMs, strictTimed.windowMs), enumerable: true },
    record: { value: record, enumerable: true },
  })
}

const timed = (breaker: IBreaker): TimedBreaker | undefined =>
  typeof (breaker as Partial<TimedBreaker>).record === 'function' ? (breaker as TimedBreaker) : undefined
