import type { Clock } from '@spillway/core'
import { type CheckImage, type ImageFormat, formatOf } from './check-image.ts'
import { imageIn } from './image-apis.ts'
import type { Prompt } from './read-prompts.ts'
import type { Strategy } from './strategies/strategy.ts'

/** An image later than this is worth nothing to whoever waits for it. Also the pipeline's own default. */
const DEADLINE_MS = 180_000

/** What became of one prompt. */
export interface PromptResult {
  readonly prompt: Prompt
  /** Model time from its start. */
  readonly tookMs: number
  /** `late`: made, but after its deadline. `canceled`: the job was interrupted. */
  readonly outcome: 'made' | 'late' | 'failed' | 'canceled'
  /** Why there is no image. */
  readonly error?: unknown
}

/** Everything a run needs, the same for each strategy. */
export interface RunOptions {
  readonly prompts: readonly Prompt[]
  readonly strategy: Strategy
  /** Prompts at work at once. */
  readonly concurrency: number
  readonly clock: Clock
  readonly signal: AbortSignal
  readonly check: CheckImage
  /** Stores an image. */
  readonly keep?: (prompt: Prompt, bytes: Uint8Array, format: ImageFormat) => Promise<unknown>
  readonly onResult?: (result: PromptResult) => void
}

/** Makes an image for every prompt: so many at once, each prompt taken up when one before it is done. */
export async function runStrategy(options: RunOptions): Promise<readonly PromptResult[]> {
  const { prompts, concurrency, signal } = options
  const results: PromptResult[] = []
  const todo = prompts.values()
  const worker = async (): Promise<void> => {
    for (const prompt of todo) {
      if (signal.aborted) return
      const result = await makeOne(prompt, options)
      results.push(result)
      options.onResult?.(result)
    }
  }
  await Promise.all(Array.from({ length: Math.min(concurrency, prompts.length) }, worker))
  return results
}

async function makeOne(prompt: Prompt, options: RunOptions): Promise<PromptResult> {
  const { strategy, clock, signal, check, keep } = options
  const startedAt = clock.now()
  const tookMs = (): number => clock.now() - startedAt
  // A signal of its own: clients never take their listeners off the one they are given.
  const controller = new AbortController()
  const follow = (): void => controller.abort(signal.reason)
  signal.addEventListener('abort', follow)
  try {
    const bytes = imageIn(await strategy.make(prompt, controller.signal))
    const answeredMs = tookMs()
    const problem = bytes === undefined ? 'the answer has no image' : check(bytes, prompt.prompt)
    const format = bytes && formatOf(bytes)
    if (bytes === undefined || format === undefined || problem !== undefined) {
      return { prompt, tookMs: answeredMs, outcome: 'failed', error: new Error(problem ?? 'the answer is no image') }
    }
    await keep?.(prompt, bytes, format)
    return { prompt, tookMs: answeredMs, outcome: answeredMs <= DEADLINE_MS ? 'made' : 'late' }
  } catch (error) {
    return { prompt, tookMs: tookMs(), outcome: signal.aborted ? 'canceled' : 'failed', error }
  } finally {
    signal.removeEventListener('abort', follow)
  }
}
