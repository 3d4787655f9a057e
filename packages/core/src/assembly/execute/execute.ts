import type { CallContext } from '../../kernel/call-context.ts'
import type { Classifier } from '../../kernel/classifier.ts'
import type { Clock } from '../../kernel/clock.ts'
import type { Verdict } from '../../kernel/verdict.ts'
import { openAccount, type Account } from '../../policies/accounting/account.ts'
import { expectedUsage, requestedModel } from '../../policies/accounting/expected.ts'
import { timeout } from '../../policies/timeout/timeout.ts'
import { pipeline, type Pipeline } from '../pipeline.ts'
import { surround } from '../surrounding.ts'
import { resolveOptions, type ExecuteOptions } from './execute-options.ts'
import type { Target, Tried } from './target.ts'
import { throughTargets } from './through-targets.ts'
import { TRIP, type Trip } from './trip.ts'

/** The answer of one of some targets: `target` tells which, and what `value` is. */
export type Answer<T extends Target = Target> = T extends Target
  ? AnswerFrom<T['name'], Awaited<ReturnType<T['operation']>>>
  : never

/** What `execute` gives. */
export interface AnswerFrom<N extends string, T> {
  /** Who answered. */
  readonly target: N
  readonly value: T
  /** Who was asked before, and with what it failed. */
  readonly tried: readonly Tried[]
  /** What it used and cost. Attempts may still be at work in it: see `settled()`. */
  readonly account: Account
  /** From the call to the answer, for a stream to its beginning, in milliseconds. */
  readonly durationMs: number
}

/** A trip while somebody is asked. */
type Asking = Trip & { readonly [F in 'target' | 'heard' | 'limit']: NonNullable<Trip[F]> }

/** A success says nothing about an error that was thrown after it. */
const failureIn = (verdict: Verdict | undefined): Verdict | undefined =>
  verdict?.kind === 'success' ? undefined : verdict

/** One for each clock; made at first use. */
const pipelines = new WeakMap<Clock, Pipeline>()

const pipelineFor = (clock: Clock): Pipeline => {
  const known = pipelines.get(clock)
  if (known !== undefined) return known
  const firstByteMs = (context: CallContext): number => context.get(TRIP)?.limit?.totalMs ?? Infinity
  const parts = [throughTargets, timeout({ name: 'timeout(target)', firstByteMs })]
  const made = pipeline(parts, { name: 'execute', clock, check: false })
  pipelines.set(clock, made)
  return made
}

/**
 * Asks the primary target, and when that fails the fallbacks in their order: other clients, other protocols, cheaper models.
 * Says who answered, who was asked before, and what it cost.
 *
 * Each target has an equal part of the time that is left to begin its answer, the last one all of it; `tryMs` says otherwise.
 * What the targets' pipelines do counts in one account. A target that would pass its `maxCost` is not asked.
 *
 * ```ts
 * import { execute } from '@spillway/core'
 *
 * const answer = await execute({
 *   primary: {
 *     name: 'gemini',
 *     operation: async (): Promise<string> => {
 *       throw new Error('overloaded')
 *     },
 *   },
 *   fallbacks: [{ name: 'relay', operation: async () => 'a kite' }],
 * })
 * console.log(answer.target, answer.value, answer.tried[0]?.verdict.kind) // => relay a kite transient
 * ```
 *
 * @returns the first answer, with the name of its target: a union that `target` tells apart
 * @throws NoTargetAnsweredError when none answered; the caller's own reason; InvalidOptionsError
 */
export function execute<const P extends Target>(
  options: Omit<ExecuteOptions, 'primary' | 'fallbacks'> & { readonly primary: P; readonly fallbacks?: undefined },
): Promise<Answer<P>>
/** The same with fallbacks: the answer is a union of what all targets give. */
export function execute<const P extends Target, const F extends Target>(
  options: Omit<ExecuteOptions, 'primary' | 'fallbacks'> & { readonly primary: P; readonly fallbacks: readonly F[] },
): Promise<Answer<P | F>>
export async function execute(options: object): Promise<unknown> {
  const { targets, expectedUsage: usage, clock, call } = resolveOptions(options as ExecuteOptions)
  const { account = openAccount(), signal, priority, values = [], classifier, totalMs } = call
  const trip: Trip = {
    targets,
    account,
    expectedUsage: usage,
    tried: [],
    skipped: [],
    target: undefined,
    limit: undefined,
    heard: undefined,
  }
  const startedAt = clock.now()
  const total = { totalMs, clock, endsAt: startedAt + totalMs }

  const operation = (context: CallContext): PromiseLike<unknown> => {
    const { target, heard, limit } = trip as Asking
    const { operation: ask, model, expectedUsage: ownUsage = usage } = target
    return surround(
      {
        // Its own as well: a stream outlives the attempt that began it.
        signals: [context.signal, ...(signal === undefined ? [] : [signal])],
        limits: [total, limit],
        ...(priority === undefined ? {} : { priority }),
        values: [...values, [requestedModel, model], [expectedUsage, ownUsage]],
        accounts: [account, heard],
        attempt: context,
      },
      () => ask(context),
    )
  }
  const heardBy: Classifier = {
    error: (error) => classifier?.error(error) ?? failureIn(trip.heard?.lastVerdict),
    ...(classifier?.value === undefined ? {} : { value: classifier.value.bind(classifier) }),
  }
  const value = await pipelineFor(clock).execute(operation, {
    ...call,
    account,
    classifier: heardBy,
    values: [...values, [TRIP, trip]],
  })
  const { tried, target } = trip as Asking
  return { target: target.name, value, tried, account, durationMs: clock.now() - startedAt }
}
