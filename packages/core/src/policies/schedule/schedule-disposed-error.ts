import { rejected, type RejectedError } from '../../kernel/spillway-error.ts'

/** The pipeline was disposed of while the call waited for a calm band. Its request was not made. */
export class ScheduleDisposedError extends Error implements RejectedError {
  readonly isSpillwayError = true
  override readonly name = 'ScheduleDisposedError'
  readonly code = 'ERR_SPILLWAY_SCHEDULE_DISPOSED'
  readonly verdict: RejectedError['verdict'] = rejected()

  /** @param policy the schedule's name */
  constructor(policy: string) {
    super(
      `${policy}: the pipeline was disposed of while the call waited for a calm band. Nothing was sent; submit it again.`,
    )
  }
}
