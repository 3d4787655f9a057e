import { systemClock } from '@spillway/core'

const LEFTOVERS_MS = 500

/**
 * Ends the process although something is still open that nobody can close: a connection that is between two attempts to connect,
 * a proxy that `fetch` dials again and again.
 */
export const leaveLeftovers = (): void => systemClock.setTimer(LEFTOVERS_MS, () => process.exit()).unref()
