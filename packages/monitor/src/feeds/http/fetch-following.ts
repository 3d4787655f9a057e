import { mayMove } from './feed-address.ts'
import type { FeedFailedError } from './feed-failed-error.ts'
import { discard } from './read-text.ts'
import { networkReason, withoutAnswer } from './reasons.ts'

/** How often an answer may send somewhere else. */
const MAX_MOVES = 3
const MOVES: ReadonlySet<number> = new Set([301, 302, 303, 307, 308])

/** What a question is asked with. */
interface Question {
  readonly headers: Readonly<Record<string, string>>
  readonly signal: AbortSignal
}

/** Who asks, and how it fails. */
interface Asking {
  readonly fetch: typeof globalThis.fetch
  readonly hasToken: boolean
  readonly failed: (reason: string, cause?: unknown) => FeedFailedError
}

/**
 * Fetches, and goes where an answer sends, as far as {@link mayMove} lets it.
 *
 * @throws FeedFailedError where it may not, or nobody answers; the signal's reason where that ended it
 */
export const fetchFollowing = async (
  start: URL,
  { headers, signal }: Question,
  { fetch, hasToken, failed }: Asking,
): Promise<Response> => {
  let at = start
  for (let moves = 0; ; moves++) {
    const response = await fetch(at, { headers, signal, redirect: 'manual', credentials: 'omit' }).catch(
      (error: unknown) => {
        signal.throwIfAborted()
        throw failed(networkReason(error), withoutAnswer(error))
      },
    )
    if (!MOVES.has(response.status)) return response
    discard(response)
    const location = response.headers.get('location')
    const to = location !== null && URL.canParse(location, at.href) ? new URL(location, at.href) : undefined
    if (to === undefined) throw failed(`it answered HTTP ${response.status} and does not say where it has moved`)
    if (!mayMove(at, to, hasToken))
      throw failed(`it has moved to ${placeOf(to)}, where nobody follows it: set its address if that is right`)
    if (moves === MAX_MOVES) throw failed(`it moves again and again, more than ${MAX_MOVES} times`)
    at = to
  }
}

/** As much of an address as holds no secret. */
const placeOf = ({ origin, protocol }: URL): string => (origin === 'null' ? `${protocol}…` : origin)
