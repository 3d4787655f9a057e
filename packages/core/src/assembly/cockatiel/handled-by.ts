import { InvalidOptionsError } from '../../kernel/invalid-options-error.ts'
import type { Outcome } from '../../kernel/outcome.ts'

/** What cockatiel's `handleType`, `handleWhen`, `handleWhenResult` … give: two predicates. */
export interface CockatielFilter {
  readonly options: {
    readonly errorFilter: (error: unknown) => boolean
    readonly resultFilter: (result: unknown) => boolean
  }
}

/**
 * A filter of cockatiel as the `shouldHandle` of a policy here. It decides alone, as in cockatiel: verdicts are not asked,
 * so that `handleAll` also repeats what Spillway refused.
 *
 * ```ts
 * import { handledBy, handleType, pipeline, retry } from '@spillway/core'
 *
 * const busy = handleType(RangeError).orWhenResult((value) => value === 'try again')
 * const calls = pipeline([retry({ shouldHandle: handledBy(busy), maxAttempts: 2 })])
 * let tries = 0
 * console.log(await calls.execute(async () => (++tries < 2 ? 'try again' : 'done'))) // => done
 * ```
 *
 * @throws InvalidOptionsError when it is no filter
 */
export const handledBy = (filter: CockatielFilter): ((outcome: Outcome<unknown>) => boolean) => {
  const { errorFilter, resultFilter } = (filter as Partial<CockatielFilter> | undefined)?.options ?? {}
  if (typeof errorFilter !== 'function' || typeof resultFilter !== 'function')
    throw new InvalidOptionsError('handledBy.filter', filter, 'a filter of cockatiel, such as handleType(RangeError)')
  return (outcome) => (outcome.ok ? resultFilter(outcome.value) : errorFilter(outcome.error))
}
