import { gradientLimit } from '@spillway/core'
import type { LoadShedOptions } from '@spillway/express'

/** What stands before the handler, by the name of its row. */
export const GUARDS: Readonly<Record<string, { deadline: boolean; shed?: LoadShedOptions }>> = {
  'no middleware': { deadline: false },
  spillway: { deadline: true },
  'spillway, loadShed()': { deadline: true, shed: {} },
  'spillway, loadShed({ maxConcurrency: 60 })': { deadline: true, shed: { maxConcurrency: 60 } },
  'spillway, loadShed({ maxConcurrency: gradientLimit() })': {
    deadline: true,
    shed: { maxConcurrency: gradientLimit() },
  },
}

/** What an answer takes of the processor, and how long it waits for somebody else, in milliseconds. */
const BUSY_MS = 5
const WAIT_MS = 50

/** Two hundred of these are what one process can answer in a second. */
export const work = async (signal: AbortSignal | undefined): Promise<string> => {
  await new Promise((done) => setTimeout(done, WAIT_MS))
  signal?.throwIfAborted()
  const until = performance.now() + BUSY_MS
  while (performance.now() < until);
  return 'a dam'
}
