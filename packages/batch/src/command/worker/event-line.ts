import type { QueueWorkerEvent } from '../../queue/batch-queue.ts'
import { duration } from '../../words/durations.ts'
import { printable } from '../printable.ts'

type Told = Exclude<QueueWorkerEvent, { readonly type: 'queue.failed' }>
type Words = { readonly [T in Told['type']]: (event: Extract<Told, { readonly type: T }>) => string }

const WORDS: Words = {
  'item.sent': ({ item, endpoint }) => `${printable(item)}: asked ${printable(endpoint)}`,
  'item.done': ({ item }) => `${printable(item)}: made`,
  'item.failed': ({ item }) => `${printable(item)}: failed`,
  'item.unknown': ({ item }) =>
    `${printable(item)}: its worker was lost after it was sent; nobody knows whether it was made`,
  'item.delayed': ({ item, waitMs, reason }) =>
    `${printable(item)}: ${reason === undefined ? '' : 'its worker is gone, and its answer may still come: '}again in ${duration(waitMs)}`,
  'item.given_back': ({ item }) => `${printable(item)}: given back`,
  'queue.paused': ({ waitMs }) =>
    `The queue pauses for ${duration(waitMs)}: everybody is too fast, or has spent the quota.`,
}

/** What happens at a worker, in a line. */
export const eventLine = (event: Told): string => (WORDS[event.type] as (event: Told) => string)(event)
