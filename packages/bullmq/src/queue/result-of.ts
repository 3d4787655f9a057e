import type { AttemptListener, Made } from '@spillway/batch'
import type { Verdict } from '@spillway/core'
import type { FailedData, ResultData } from './job-data.ts'

/** A worker could not make an item: its own error, as far as it may travel. */
export class MadeElsewhereError extends Error {
  readonly isSpillwayError = true
  override readonly name = 'MadeElsewhereError'
  /** That of the worker's error, where it had one. */
  readonly code: string
  readonly verdict: Verdict
  /** The class of the worker's error. */
  readonly originalName: string

  constructor({ name, message, code, verdict: kind, httpStatus, billed }: FailedData) {
    super(message)
    this.code = code ?? 'ERR_SPILLWAY_MADE_ELSEWHERE'
    this.originalName = name
    this.verdict = { kind, billed, ...(httpStatus !== undefined && { status: httpStatus }) }
  }
}

/** A worker was lost while its request was out: nobody knows whether the item was made, and whether it was paid for. */
export class OutcomeUnknownError extends Error {
  readonly isSpillwayError = true
  override readonly name = 'OutcomeUnknownError'
  readonly code = 'ERR_SPILLWAY_OUTCOME_UNKNOWN'
  readonly verdict: Verdict = { kind: 'transient', sent: true, billed: 'unknown' }

  constructor(endpoint: string, at: number) {
    super(
      `The worker was lost after its request to ${endpoint} at ${new Date(at).toISOString()}: it may have been made and paid for. ` +
        'It was not asked for again; --on-unknown again does that.',
    )
  }
}

/** What an item became, its requests told of with the time at which they left. Throws what its worker failed with. */
export const madeOf = async (result: ResultData, attempts: AttemptListener): Promise<Made> => {
  for (const { at, model, end } of result.attempts) {
    await attempts.sending({ endpoint: end.endpoint, model, at })
    attempts.ended(end)
  }
  if (result.status === 'unknown') await attempts.sending(result.sent)
  if (result.status === 'failed') throw new MadeElsewhereError(result.error)
  if (result.status === 'unknown') throw new OutcomeUnknownError(result.sent.endpoint, result.sent.at)
  const { images, endpoint, model, usage } = result
  return {
    endpoint,
    model,
    ...(usage !== undefined && { usage }),
    images: images.map(({ base64, mimeType }) => ({
      bytes: new Uint8Array(Buffer.from(base64, 'base64')),
      ...(mimeType !== undefined && { mimeType }),
    })),
  }
}
