import { checkPipeline, checkNumber, checkStandardPipeline, InvalidOptionsError, type Pipeline } from '@spillway/core'

/** What every resilient client takes beside the options of its pipeline. */
interface Shared {
  readonly pipeline?: Pipeline<Response>
  readonly classifier?: unknown
  readonly repeatImages?: boolean
  readonly maxAnswerBytes?: number
}

/**
 * Checks what a resilient client takes: the options of `standardPipeline`, or a `pipeline` instead of them; beside either
 * `repeatImages`, `maxAnswerBytes` and what is its own.
 *
 * @param own the names of those that only this client takes; it checks their values
 * @throws InvalidOptionsError naming the option as one of `resilient`
 */
export const checkResilientOptions = (options: object, own: readonly string[]): void => {
  const ofClient = ['pipeline', 'repeatImages', 'maxAnswerBytes', ...own]
  checkStandardPipeline('resilient', options, ofClient)
  const { pipeline, classifier, repeatImages = false, maxAnswerBytes }: Shared = options
  if ('classifier' in options)
    throw new InvalidOptionsError('resilient.classifier', classifier, 'left out: answers are judged as the provider’s')
  if (typeof repeatImages !== 'boolean')
    throw new InvalidOptionsError('resilient.repeatImages', repeatImages, 'true or false')
  if (maxAnswerBytes !== undefined) checkNumber('resilient.maxAnswerBytes', maxAnswerBytes, { min: 1 })
  if (!('pipeline' in options)) return
  checkPipeline('resilient.pipeline', pipeline)
  for (const [key, value] of Object.entries(options))
    if (!ofClient.includes(key))
      throw new InvalidOptionsError(`resilient.${key}`, value, 'left out beside a pipeline, which has its own')
}
