import { type Classifier, type Clock, type Pipeline, standardPipeline } from '@spillway/core'
import type { AskForImage, ImageAnswer } from '../image-apis.ts'
import type { Strategy } from './strategy.ts'

/** What the pipeline is made with. Every policy keeps its defaults. */
export interface SpillwayOptions {
  /** How to ask each endpoint, preferred ones first. */
  readonly endpoints: ReadonlyMap<string, AskForImage>
  readonly classifier: Classifier
  readonly clock: Clock
  readonly random: () => number
}

/** The strategy, and the pipeline to watch. */
export interface SpillwayStrategy extends Strategy {
  readonly pipeline: Pipeline
  /** Which prompt a call of the pipeline is for: events carry no prompt, not even its number. */
  readonly promptOf: (callId: number | undefined) => number | undefined
}

/** The same two clients inside the standard pipeline. */
export function spillway({ endpoints, classifier, clock, random }: SpillwayOptions): SpillwayStrategy {
  const names = [...endpoints.keys()]
  const numbers = new Map<number, number>()
  const pipeline = standardPipeline({
    name: 'images',
    endpoints: names.map((name) => ({ name })),
    classifier,
    clock,
    random,
  })
  return {
    name: 'spillway',
    summary: `the standard pipeline with its defaults, over ${names.join(' and ')}`,
    pipeline,
    dispose: () => pipeline.dispose(),
    promptOf: (callId) => numbers.get(callId ?? 0),
    make: ({ number, prompt }, signal) =>
      pipeline.execute<ImageAnswer>(
        (context) => {
          numbers.set(context.call.id, number)
          const ask = endpoints.get(context.endpoint?.name ?? '')
          if (ask === undefined) throw new RangeError(`There is no endpoint ${context.endpoint?.name}.`)
          return ask(prompt, context.signal)
        },
        { signal },
      ),
  }
}
