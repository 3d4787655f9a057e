import type { Job } from 'bullmq'
import { handover, judge } from './handover.ts'
import { handOver, type HandedJob, type PausableQueue } from './hand-over.ts'
import { checkHandoverOptions, type HandoverOptions } from './handover-options.ts'

/**
 * For the options of every `Worker` whose jobs go through {@link jobProcessor}: BullMQ looks at the pause of a queue only
 * where a worker has a limiter. This one never limits by itself.
 */
export const PAUSABLE: { readonly limiter: { readonly max: number; readonly duration: number } } = {
  limiter: { max: 2 ** 31 - 1, duration: 1000 },
}

/**
 * A processor for a BullMQ `Worker` that leaves waiting to the queue: what the work fails with becomes BullMQ's own
 * `RateLimitError`, `DelayedError`, `WaitingError` or `UnrecoverableError`, and none of them uses up an attempt. The work itself
 * tries once (`retry: { maxAttempts: 1 }`), so that the retries of two layers do not multiply.
 *
 * ```ts no-run
 * import { jobProcessor, PAUSABLE } from '@spillway/bullmq'
 * import { standardPipeline } from '@spillway/core'
 * import { openaiClassifier } from '@spillway/openai'
 * import { Queue, Worker } from 'bullmq'
 * import OpenAI from 'openai'
 *
 * const connection = { url: 'redis://localhost:6379' }
 * const queue = new Queue('answers', { connection })
 * const openai = new OpenAI({ maxRetries: 0 })
 * const classifier = openaiClassifier()
 * const calls = standardPipeline({ retry: { maxAttempts: 1 }, timeout: { totalMs: 120_000 }, classifier })
 * const answer = jobProcessor(
 *   queue,
 *   ({ data: input }) => calls.execute(({ signal }) => openai.responses.create({ model: 'gpt-5', input }, { signal })),
 *   { classifier },
 * )
 * new Worker('answers', answer, { connection, ...PAUSABLE })
 * ```
 *
 * @param queue the queue that pauses when everybody is too fast
 * @param work what a job asks for; it is given what BullMQ gives a processor
 * @throws InvalidOptionsError for a value out of its range, at once
 */
export const jobProcessor = <R, J extends HandedJob & Pick<Job, 'attemptsStarted'> = Job>(
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
      throw await handOver(decided, { queue, job, token, error })
    }
  }
}
