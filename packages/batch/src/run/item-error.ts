import { isSpillwayError } from '@spillway/core'
import type { AttemptRecord, ItemError } from '../journal/records.ts'

/**
 * Why an item has no picture, in words that are ours: those of a provider may quote the prompt.
 *
 * @param attempts the item's requests
 * @param said what the provider calls the end of the last one
 */
export function itemErrorOf(error: unknown, attempts: readonly AttemptRecord[], said?: string): ItemError {
  if (isSpillwayError(error)) {
    const { code, message, verdict } = error
    return { code, message, verdict: verdict.kind, ...(verdict.status !== undefined && { status: verdict.status }) }
  }
  const last = attempts.findLast(({ verdict }) => verdict !== undefined && verdict !== 'canceled')
  if (last?.verdict !== undefined) {
    const { verdict, status } = last
    const words = KINDS[verdict] ?? verdict
    const named = [status, wordOf(said)].filter((part) => part !== undefined)
    return {
      code: verdict,
      message: named.length === 0 ? words : `${named.join(' ')}: ${words}`,
      verdict,
      ...(status !== undefined && { status }),
    }
  }
  return { code: 'error', message: error instanceof Error ? error.name : 'something that is no error was thrown' }
}

/** A request left, and its end is not known. */
export const OUTCOME_UNKNOWN: ItemError = {
  code: 'outcome_unknown',
  message: 'A request left, and nobody knows whether it was served: asking again may pay twice.',
}

/** Nothing longer than a word comes through, whatever a relay writes there. */
const wordOf = (said: string | undefined): string | undefined =>
  said !== undefined && /^[\w.-]{1,60}$/.test(said) ? said : undefined

const KINDS: Readonly<Record<string, string>> = {
  overloaded: 'the model is overloaded',
  throttled: 'too many requests',
  quota_exhausted: 'the quota is used up',
  transient: 'broken connection, server error or time limit',
  endpoint_failed: 'this key, model or place cannot serve',
  request_failed: 'the request was refused',
  empty: 'no picture in the answer',
}
