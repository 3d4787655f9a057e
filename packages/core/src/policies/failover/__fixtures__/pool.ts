import { failover, pipeline, type Classifier, type Endpoint, type FailoverOptions, type Gate } from '../../../index.ts'
import type { CallContext, Operation, Part, Pipeline, Verdict } from '../../../index.ts'
import { VirtualClock } from '../../../testing.ts'

export const endpoints: readonly Endpoint[] = [{ name: 'a' }, { name: 'b' }, { name: 'c' }]

/** An error that brings its own verdict. */
export class Judged extends Error {
  readonly judged: Verdict
  constructor(judged: Verdict) {
    super(judged.kind)
    this.judged = judged
  }
}

export const classifier: Classifier = { error: (error) => (error instanceof Judged ? error.judged : undefined) }

/** A failover over `a` and `b`, and what stands inside and outside of it. */
export const poolOf = (
  options: Partial<FailoverOptions> = {},
  inner: readonly Part[] = [],
  outer: readonly Part[] = [],
): { readonly clock: VirtualClock; readonly calls: Pipeline<unknown>; readonly waiting: () => unknown } => {
  const clock = new VirtualClock()
  const pool = failover({ endpoints: endpoints.slice(0, 2), ...options })
  const calls = pipeline([...outer, pool, ...inner], { clock, classifier })
  return { clock, calls, waiting: () => (pool.snapshot?.() as { waiting: number } | undefined)?.waiting }
}

/** A gate that is ready when the test says so. */
export const door = (readyInMs: (context: CallContext) => number): Gate => ({
  name: 'door',
  enter: () => undefined,
  leave() {},
  readyInMs,
})

/** Answers with the name of the endpoint it was sent to. */
export const whereTo: Operation<string | undefined> = async ({ endpoint }) => endpoint?.name
