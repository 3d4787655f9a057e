import { systemClock } from '@spillway/core'

/** What has a connection of its own. */
interface Closing {
  close(): Promise<unknown>
  disconnect(): Promise<unknown>
}

/** How long a server may take to say goodbye, once nothing is in hand. */
const GOODBYE_MS = 5000
const LOOK_MS = 250

/**
 * Closes them: with a goodbye where their server answers. BullMQ waits for ever for a connection that is between two attempts: what
 * has not closed then is cut off.
 */
export const closeAll = async (all: readonly Closing[], isIdle: () => boolean = () => true): Promise<void> => {
  const closed = Promise.allSettled(all.map((each) => each.close())).then(() => 'closed')
  for (let idleMs = 0; idleMs < GOODBYE_MS; idleMs = isIdle() ? idleMs + LOOK_MS : 0) {
    const { promise: later, resolve } = Promise.withResolvers<void>()
    const timer = systemClock.setTimer(LOOK_MS, resolve)
    const state = await Promise.race([closed, later])
    timer.cancel()
    if (state === 'closed') return
  }
  // Not waited for: that would be the same wait again.
  for (const each of all) void each.disconnect().catch(() => {})
}
