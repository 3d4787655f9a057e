import { DelayedError, UnrecoverableError, WaitingError, Worker, type Job, type Queue } from 'bullmq'
import { handover, judge } from './handover.ts'
import { checkHandoverOptions, type HandoverOptions } from './handover-options.ts'

/** What is needed of a BullMQ job. */
type HeldJob = Pick<Job, 'attemptsStarted' | 'moveToDelayed' | 'moveToWait'>

/** What is needed of a BullMQ queue: it pauses all of its workers. */
type PausableQueue = Pick<Queue, 'rateLimit'>

/**
 * For the options of every `Worker` whose jobs go through {@link jobProcessor}: BullMQ looks at the pause of a queue only
 * where a worker has a limiter. This one never limits by itself.
 */
export const PAUSABLE: { readonly limiter: { readonly max: number; readonly duration: number } } = {
  limiter: { max: 2 ** 31, duration: 1000 },
}

/**
 * A processor for a BullMQ `Worker` that leaves waiting to the queue: what the work fails with becomes BullMQ's own
 * `RateLimitError`, `DelayedError`, `WaitingError` or `UnrecoverableError`, and none of them uses up an attempt. The work itself
 * tries once (`retry: { maxAttempts: 1 }`), so that the retries of two layers do not multiply.
 *
 * ```ts no-run
 * import { jobProcessor, PAUSABLE } from '@spillway/bullmq'
 * import { openaiClassifier, resilient } from '@spillway/openai'
 * import { Queue, Worker } from 'bullmq'
 * import OpenAI from 'openai'
 *
 * const connection = { url: 'redis://localhost:6379' }
 * const queue = new Queue<{ prompt: string }>('answers', { connection })
 * const client = resilient(new OpenAI(), { retry: { maxAttempts: 1 }, timeout: { totalMs: 120_000 } })
 * const answer = jobProcessor(
 *   queue,
 *   async ({ data }) => client.responses.create({ model: 'gpt-5', input: data.prompt }),
 *   { classifier: openaiClassifier() },
 * )
 * new Worker('answers', answer, { connection, ...PAUSABLE })
 * ```
 *
 * @param queue the queue that pauses when everybody is too fast
 * @param work what a job asks for; it is given what BullMQ gives a processor
 * @throws InvalidOptionsError for a value out of its range, at once
 */
export const jobProcessor = <J extends HeldJob, R>(
  queue: PausableQueue,
  work: (job: J, token: string | undefined, signal: AbortSignal | undefined) => Promise<R>,
  options: HandoverOptions = {},
): ((job: J, token?: string, signal?: AbortSignal) => Promise<R>) => {
  const settings = checkHandoverOptions(options)
  // BullMQ makes a signal only for processors with three parameters.
  return async (job: J, token?: string, signal?: AbortSignal) => {
    try {
      return await work(job, token, signal)
    } catch (error) {
      const judged = judge(error, settings.classifier)
      const decided = handover({ ...settings, ...judged, failures: Math.max(1, job.attemptsStarted) })
      throw await handedOver(decided, { queue, job, token, error })
    }
  }
}

interface Held {
  readonly queue: PausableQueue
  readonly job: HeldJob
  readonly token: string | undefined
  readonly error: unknown
}

/** Tells BullMQ, and gives the error by which its worker knows. */
const handedOver = async (decided: ReturnType<typeof handover>, held: Held): Promise<Error> => {
  const { queue, job, token, error } = held
  switch (decided.to) {
    case 'pause_queue':
      // Redis knows no expiry of 0.
      await queue.rateLimit(Math.max(1, decided.waitMs))
      return Worker.RateLimitError()
    case 'delay_job':
      await job.moveToDelayed(Date.now() + decided.waitMs, token)
      return new DelayedError()
    case 'give_back':
      await job.moveToWait(token)
      return new WaitingError()
    case 'fail_job':
      return Object.assign(new UnrecoverableError(error instanceof Error ? error.message : String(error)), {
        cause: error,
      })
  }
}
