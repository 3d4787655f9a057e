import { InvalidOptionsError } from '../kernel/invalid-options-error.ts'

/** A pipeline, for those who take one: adapters, monitors, operators. */
export const checkPipeline = (option: string, pipeline: unknown): void => {
  if (typeof (pipeline as { execute?: unknown } | null | undefined)?.execute !== 'function')
    throw new InvalidOptionsError(option, pipeline, 'a pipeline, such as standardPipeline() or pipelineOf(client)')
}
