import type { Event, FailureReason, IDefaultPolicyContext, IFailureEvent, IPolicy, ISuccessEvent } from 'cockatiel'
import type { CallContext } from '../../kernel/call-context.ts'
import type { Pipeline } from '../pipeline.ts'

/** What a function inside {@link asCockatiel} gets: cockatiel spreads contexts, so that ours travels whole inside of it. */
export interface CockatielContext extends IDefaultPolicyContext {
  /** The attempt's own context: endpoint, deadline, body. */
  readonly context: CallContext
}

/**
 * A pipeline as a policy of cockatiel, for its `wrap`, for `usePolicy`, and for code that expects an `IPolicy`.
 *
 * ```ts
 * import { asCockatiel, pipeline, retry } from '@spillway/core'
 * import { bulkhead, wrap } from 'cockatiel'
 *
 * const calls = pipeline([retry()])
 * const both = wrap(bulkhead(10), asCockatiel(calls))
 * console.log(await both.execute(async ({ signal }) => `aborted: ${signal.aborted}`)) // => aborted: false
 * ```
 *
 * @param pipeline goes on to be used directly as well
 */
export const asCockatiel = <Adds = never>(pipeline: Pipeline<Adds>): IPolicy<CockatielContext, Adds> => {
  const succeeded = listeners<ISuccessEvent>()
  const failed = listeners<IFailureEvent>()

  return {
    // cockatiel's types read it; there is no such value.
    _altReturn: undefined as unknown as Adds,
    onSuccess: succeeded.event,
    onFailure: failed.event,
    async execute(fn, signal) {
      const startedAt = pipeline.clock.now()
      let last: CallContext | undefined
      try {
        const value = await pipeline.execute(
          async (context) => {
            last = context
            return fn({ signal: context.signal, context })
          },
          { signal },
        )
        succeeded.tell({ duration: pipeline.clock.now() - startedAt }, last)
        return value
      } catch (error) {
        const reason: FailureReason<unknown> = { error }
        const handled = signal?.aborted !== true
        failed.tell({ duration: pipeline.clock.now() - startedAt, handled, reason }, last)
        throw error
      }
    },
  }
}

interface Listeners<T> {
  readonly event: Event<T>
  tell(data: T, context: CallContext | undefined): void
}

/** cockatiel's own emitter lets a listener that throws turn a success into a failure. */
const listeners = <T>(): Listeners<T> => {
  let all: readonly ((data: T) => void)[] = []
  return {
    event(listener) {
      // A function of its own, so that one that listens twice can leave once.
      const added = (data: T): void => listener(data)
      all = [...all, added]
      return { dispose: () => void (all = all.filter((each) => each !== added)) }
    },
    tell(data, context) {
      for (const listener of all) {
        try {
          listener(data)
        } catch (thrown) {
          context?.report('asCockatiel.listener', thrown)
        }
      }
    },
  }
}
