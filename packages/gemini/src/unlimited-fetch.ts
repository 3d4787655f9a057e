import type { Fetch } from '@spillway/http'

/** What of undici is used here: Node keeps its dispatcher under this symbol, for all copies of undici. */
const GLOBAL_DISPATCHER = Symbol.for('undici.globalDispatcher.1')

interface Dispatcher {
  dispatch(options: object, handler: unknown): boolean
}

/**
 * Node's `fetch` without its own limits of 300 s for headers and body. The client lifts them too, but not when it is given
 * a fetch; how long an answer may take is the pipeline's business.
 */
export const unlimitedFetch: Fetch = (input, init) => {
  const lifted = { ...init, dispatcher: WITHOUT_LIMITS }
  return globalThis.fetch(input, lifted as RequestInit)
}

const WITHOUT_LIMITS: Dispatcher = {
  dispatch(options, handler) {
    const dispatcher = (globalThis as unknown as Record<symbol, Dispatcher | undefined>)[GLOBAL_DISPATCHER]
    if (dispatcher === undefined) throw new Error('This runtime has no undici dispatcher: give httpOptions.fetch.')
    return dispatcher.dispatch({ ...options, headersTimeout: 0, bodyTimeout: 0 }, handler)
  },
}
