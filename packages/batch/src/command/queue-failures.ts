import { systemClock } from '@spillway/core'
import type { BatchQueue } from '../queue/batch-queue.ts'
import { printable } from './printable.ts'

/** Clients try again several times a second. */
const TELL_EVERY_MS = 10_000

/** Tells people that the queue cannot be reached, now and then. */
export const queueFailures = ({ address }: BatchQueue, print: (line: string) => void): ((error: unknown) => void) => {
  let toldAt = -Infinity
  return (error) => {
    if (systemClock.now() - toldAt < TELL_EVERY_MS) return
    toldAt = systemClock.now()
    const { message, code = '' } = error as Partial<Error> & { readonly code?: unknown }
    print(`${address} cannot be reached (${printable(message || String(code))}): it is tried again.`)
  }
}
