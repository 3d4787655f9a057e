import { standardPipeline, type Classifier } from '@spillway/core'
import { ModelError } from '@spillway/simulator'
import type { Strategy } from './strategy.ts'

/** What an adapter's classifier says of the same errors. */
export const modelClassifier: Classifier = {
  error: (error) => {
    if (!(error instanceof ModelError)) return undefined
    const { fault, status, retryAfterMs } = error
    const hint = retryAfterMs === undefined ? {} : { retryAfterMs }
    if (fault === 'overloaded') return { kind: 'overloaded', ...hint }
    if (status === 429) return { kind: 'throttled', ...hint }
    return { kind: 'transient', ...hint }
  },
}

/** `standardPipeline()` with its defaults. */
export const spillway: Strategy = {
  name: 'Spillway, defaults',
  start(world, random) {
    const calls = standardPipeline({
      clock: world.clock,
      random,
      classifier: modelClassifier,
      endpoints: world.endpoints.map((name) => ({ name })),
    })
    return (prompt) => calls.execute(({ endpoint, signal }) => world.ask(endpoint?.name ?? '', prompt, signal))
  },
}
