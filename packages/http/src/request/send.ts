import type { CallContext } from '@spillway/core'
import { unlimitedDispatcher, watchedDispatcher, type Dispatcher } from './dispatcher.ts'
import type { Fetch, OutgoingRequest } from './outgoing-request.ts'

/** Sends one attempt. */
export type Sender = (
  request: OutgoingRequest,
  rest: Readonly<Record<string, unknown>>,
  context: CallContext,
) => Promise<Response>

/**
 * Node's own `fetch` without its limits of 300 s. A `dispatcher` in `init` is used as it is, limits included.
 *
 * ```ts no-run
 * import { unlimitedFetch } from '@spillway/http'
 * const response = await unlimitedFetch('https://example.com/thinks-for-ten-minutes')
 * ```
 */
export const unlimitedFetch: Fetch = (input, init = {}) => {
  const { dispatcher = unlimitedDispatcher } = init as { dispatcher?: Dispatcher }
  const lifted: object = { ...init, dispatcher }
  return globalThis.fetch(input, lifted)
}

/**
 * What sends attempts: a `fetch` of the user's own, or Node's. Of the latter's connections the attempt hears when they
 * stand; what a fetch of one's own does is not seen, and its connection counts as standing from the start.
 */
export const senderThrough = (given: Fetch | undefined, dialsAgain: () => boolean): Sender => {
  // Clients hold on to the global fetch like to one of their user's.
  const own = given === globalThis.fetch || given === unlimitedFetch ? undefined : given
  return (request, rest, context) => {
    const { url, method, headers, body } = request
    const content = body === undefined ? {} : { body }
    const init = { ...rest, method, headers, ...content, signal: context.signal, redirect: 'manual' }
    if (own !== undefined) {
      context.progress('connected')
      return own(url, init as RequestInit)
    }
    const through = rest['dispatcher'] as Dispatcher | undefined
    const dispatcher =
      through === undefined
        ? watchedDispatcher(unlimitedDispatcher, context, dialsAgain)
        : watchedDispatcher(through, context)
    const watched: object = { ...init, dispatcher }
    return globalThis.fetch(url, watched)
  }
}
