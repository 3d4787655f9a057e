import { systemClock } from '@spillway/core'
import type { Backend } from './backend.ts'

/** The queue does not answer: its address is wrong, or it is down. */
export class QueueUnreachableError extends Error {
  override readonly name = 'QueueUnreachableError'
  readonly code = 'ERR_SPILLWAY_QUEUE_UNREACHABLE'
}

const PATIENCE_MS = 10_000

/** Waits until the server has answered once. */
export const connect = async (backend: Backend, name: string): Promise<void> => {
  let last: unknown
  const { promise: late, reject } = Promise.withResolvers<never>()
  const queue = backend.queue(name).on('error', (error) => (last = error))
  const timer = systemClock.setTimer(PATIENCE_MS, () => {
    const { message = '', code = 'no answer' } = (last ?? {}) as { readonly message?: string; readonly code?: string }
    const text = `${backend.address} does not answer (${message || code}): look whether it runs, and at the address and the password.`
    reject(new QueueUnreachableError(text, { cause: last }))
  })
  try {
    await Promise.race([queue.waitUntilReady(), late])
  } catch (error) {
    throw error instanceof QueueUnreachableError
      ? error
      : new QueueUnreachableError(refusal(backend, error), { cause: error })
  } finally {
    timer.cancel()
    // Not waited for: what never connected has nothing to say goodbye to.
    void queue.close().catch(() => {})
  }
}

const refusal = ({ address }: Backend, error: unknown): string =>
  `${address} takes no connection (${error instanceof Error ? error.message : String(error)}).`
