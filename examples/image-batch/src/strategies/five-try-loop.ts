import type { Clock } from '@spillway/core'
import type { AskForImage } from '../image-apis.ts'
import { sleep } from '../model-time.ts'
import type { Strategy } from './strategy.ts'

const TRIES = 5
const ATTEMPT_TIMEOUT_MS = 120_000

/** What the loop is made with. */
export interface LoopOptions {
  readonly clock: Clock
  readonly random: () => number
  /** Tries again after 429 too, which the loops in the field do not. @default false */
  readonly kind?: boolean
}

/**
 * What people write by hand: five tries, 2, 4, 8 and 16 s plus up to 1 s between them, only after 503 or "overloaded",
 * and two minutes for each attempt. Other errors go up at once.
 */
export function fiveTryLoop(ask: AskForImage, { clock, random, kind = false }: LoopOptions): Strategy {
  return {
    name: 'five-try loop',
    summary: `written by hand: 2ⁿ s between five tries, after 503${kind ? ' and 429' : ''}`,
    async make({ prompt }, signal) {
      for (let attempt = 1; ; attempt++) {
        try {
          return await withTimeout(clock, signal, (both) => ask(prompt, both))
        } catch (error) {
          signal.throwIfAborted()
          const mayPass = isOverloaded(error) || (kind && statusOf(error) === 429)
          if (attempt >= TRIES || !mayPass) throw error
          await sleep(clock, 1000 * (2 ** attempt + random()), signal)
        }
      }
    },
  }
}

/** An attempt that was cut off counts as overload too: that is what the limit is for. */
const isOverloaded = (error: unknown): boolean =>
  error instanceof AttemptTimeoutError || statusOf(error) === 503 || /overloaded/i.test((error as Error).message)

const statusOf = (error: unknown): unknown => (error as { status?: unknown }).status

/** The attempt took longer than two minutes. */
class AttemptTimeoutError extends Error {
  override readonly name = 'AttemptTimeoutError'
}

async function withTimeout<T>(clock: Clock, signal: AbortSignal, run: (both: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController()
  const follow = (): void => controller.abort(signal.reason)
  signal.addEventListener('abort', follow)
  if (signal.aborted) follow()
  const reason = new AttemptTimeoutError('The attempt took longer than 120 s.')
  const timer = clock.setTimer(ATTEMPT_TIMEOUT_MS, () => controller.abort(reason))
  try {
    return await run(controller.signal)
  } catch (error) {
    throw controller.signal.reason === reason ? reason : error
  } finally {
    timer.cancel()
    signal.removeEventListener('abort', follow)
  }
}
