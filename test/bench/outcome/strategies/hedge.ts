import { standardPipeline, type HedgeOptions } from '@spillway/core'
import { modelClassifier } from './spillway.ts'
import type { Strategy } from './strategy.ts'

/** `standardPipeline()` with its defaults, hedged in another way or not at all. */
export const standardHedged = (name: string, hedge: HedgeOptions | false): Strategy => ({
  name,
  start(world, random) {
    const calls = standardPipeline({
      hedge,
      clock: world.clock,
      random,
      classifier: modelClassifier,
      endpoints: world.endpoints.map((endpoint) => ({ name: endpoint })),
    })
    return (prompt) => calls.execute(({ endpoint, signal }) => world.ask(endpoint?.name ?? '', prompt, signal))
  },
})
