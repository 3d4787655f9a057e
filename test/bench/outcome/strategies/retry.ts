import {
  bulkhead,
  circuitBreaker,
  failover,
  failure,
  pipeline,
  rateLimit,
  retry,
  retryBudget,
  timeout,
  type Gate,
  type Part,
  type Reaction,
  type RetryBudgetOptions,
  type RetryOptions,
} from '@spillway/core'
import { modelClassifier } from './spillway.ts'
import type { Strategy } from './strategy.ts'

/** The attempts of a process that nobody has answered yet, oldest first. */
interface Unanswered {
  readonly gate: Gate
  /** How old the `rank`-th oldest is, in milliseconds; 0: there are not so many. */
  readonly ageMs: (now: number, rank: number) => number
}

const unanswered = (): Unanswered => {
  const since = new Map<object, number>()
  return {
    gate: {
      name: 'unanswered',
      enter(context) {
        since.set(context, context.startedAt)
        return undefined
      },
      leave: (context) => void since.delete(context),
    },
    ageMs(now, rank) {
      const starts = [...since.values()].toSorted((a, b) => a - b)
      return now - (starts[rank] ?? now)
    },
  }
}

/** Lets no retry begin for which the oldest unanswered attempt says that it would come too late. */
const youngOnly = (inner: Reaction, { ageMs }: Unanswered, rank: number): Reaction => ({
  name: inner.name,
  react: (outcome, next, context) =>
    outcome.verdict.kind !== 'success' && ageMs(context.call.clock.now(), rank) > context.remainingMs()
      ? failure(outcome.ok ? new Error('empty') : outcome.error, outcome.verdict)
      : inner.react(outcome, next, context),
})

interface Variant {
  readonly retry?: RetryOptions
  readonly budget?: RetryBudgetOptions
  /** Whose age bounds retries: 0 is the oldest, 1 the second oldest. */
  readonly rank?: number
}

/** The standard order, put together by hand, with another retry. */
export const standardWith = (name: string, variant: Variant): Strategy => ({
  name,
  start(world, random) {
    const waiting = unanswered()
    const retrying = retry({
      ...variant.retry,
      ...(variant.budget === undefined ? {} : { budget: retryBudget(variant.budget) }),
    })
    const parts: readonly Part<never>[] = [
      timeout({ totalMs: 180_000 }),
      bulkhead(),
      variant.rank === undefined ? retrying : youngOnly(retrying, waiting, variant.rank),
      failover({ endpoints: world.endpoints.map((endpoint) => ({ name: endpoint })) }),
      rateLimit(),
      circuitBreaker({ openAfterMs: 6000 }),
      waiting.gate,
    ]
    const calls = pipeline(parts, { clock: world.clock, random, classifier: modelClassifier, check: false })
    return (prompt, signal) =>
      calls.execute((context) => world.ask(context.endpoint?.name ?? '', prompt, context.signal), { signal })
  },
})
