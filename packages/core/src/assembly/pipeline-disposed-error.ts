import { rejected, type RejectedError } from '../kernel/spillway-error.ts'

/** The pipeline was disposed of and takes no more calls. */
export class PipelineDisposedError extends Error implements RejectedError {
  readonly isSpillwayError = true
  override readonly name = 'PipelineDisposedError'
  readonly code = 'ERR_SPILLWAY_PIPELINE_DISPOSED'
  readonly verdict: RejectedError['verdict'] = rejected()

  constructor(pipeline: string) {
    super(`${pipeline} was disposed of and takes no more calls. Make a new pipeline.`)
  }
}
