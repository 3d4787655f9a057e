// Run as a process of its own: says how long it lived, and ends when nothing keeps it alive.
import { pipeline, rateLimit, retry, timeout } from '../../index.ts'

const calls = pipeline([timeout({ totalMs: 60_000 }), retry(), rateLimit(), timeout({ attemptMs: 30_000 })])
const short = pipeline([timeout({ totalMs: 300 })])
const waiting = pipeline([retry({ jitter: 'none', maxAttempts: 2 })])

const lives: Record<string, () => Promise<unknown>> = {
  /** Ends at once although limits of a minute were set. */
  answered: () => calls.execute(async () => 'answered'),
  /** Nothing but the limit keeps it alive. */
  hanging: () => short.execute(() => new Promise(() => {})).catch((error: Error) => error.name),
  /** Nothing but the wait for the next try keeps it alive. */
  retrying: () =>
    waiting.execute(async ({ attempt }) => {
      if (attempt === 1) throw new Error('busy')
      return 'retried'
    }),
}

const said = await lives[process.argv[2] ?? '']?.()
console.log(String(said))
