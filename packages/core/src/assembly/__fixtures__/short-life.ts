// Run as a process of its own: says how long it lived, and ends when nothing keeps it alive.
import { bulkhead, pipeline, rateLimit, retry, timeout, type CallContext } from '../../index.ts'

const calls = pipeline([timeout({ totalMs: 60_000 }), retry(), rateLimit(), timeout({ attemptMs: 30_000 })])
const short = pipeline([timeout({ totalMs: 300 })])
const waiting = pipeline([retry({ jitter: 'none', maxAttempts: 2 })])

const refusing = pipeline([bulkhead({ maxConcurrency: 1, queueLimit: 0 })])

const aMoment = ({ call }: CallContext): Promise<void> =>
  new Promise((resolve) => void call.clock.setTimer(50, resolve))

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
  /** Nobody handles that the second call is refused. */
  unhandled: async () => {
    const first = refusing.execute(aMoment)
    void refusing.execute(aMoment)
    await first
    return 'nobody noticed'
  },
  /** How often Node watched a rejection come and go. */
  handled: async () => {
    let watched = 0
    for (const event of ['unhandledRejection', 'rejectionHandled'] as const) process.on(event, () => watched++)
    const first = refusing.execute(aMoment)
    const second = refusing.execute(aMoment).catch((error: Error) => error.name)
    await first
    return [watched, await second].join(' ')
  },
}

const said = await lives[process.argv[2] ?? '']?.()
console.log(String(said))
