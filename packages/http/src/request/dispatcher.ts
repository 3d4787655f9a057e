import type { CallContext } from '@spillway/core'

/** What of undici's dispatchers is used here. Node's own `fetch` brings undici along: no package is needed. */
export interface Dispatcher {
  dispatch(options: object, handler: Handler): boolean
  /** Says that bodies are compared with what a test expects. */
  readonly isMockActive?: boolean
}

/** What hears how a request goes, as undici up to 7 calls it (`onConnect`), or as undici 8 does (`onRequestStart`). */
interface Handler {
  onConnect?: (this: Handler, ...args: unknown[]) => unknown
  onError?: (this: Handler, error: unknown) => unknown
  onRequestStart?: (this: Handler, ...args: unknown[]) => unknown
  onResponseError?: (this: Handler, controller: unknown, error: unknown) => unknown
}

/** Under these symbols all copies of undici share their dispatcher: that of undici up to 7, and that of 8. */
const LEGACY_DISPATCHER = Symbol.for('undici.globalDispatcher.1')
const GLOBAL_DISPATCHER = Symbol.for('undici.globalDispatcher.2')

/** What `setGlobalDispatcher` set last, or what Node began with. Exists once `fetch` has been called. */
const globalDispatcher = (handler?: Handler): Dispatcher | undefined => {
  const shared = globalThis as unknown as Record<symbol, Dispatcher | undefined>
  const current = handler?.onRequestStart === undefined ? undefined : shared[GLOBAL_DISPATCHER]
  return current ?? shared[LEGACY_DISPATCHER]
}

/**
 * The global dispatcher without its limits of 300 s for headers and for silence inside a body: how long an answer may take
 * is the business of the pipeline.
 */
export const unlimitedDispatcher: Dispatcher = {
  dispatch(options, handler) {
    const dispatcher = globalDispatcher(handler)
    if (dispatcher === undefined) throw new Error('This runtime has no undici dispatcher: give a fetch of your own.')
    return dispatcher.dispatch({ ...options, headersTimeout: 0, bodyTimeout: 0 }, handler)
  },
  get isMockActive() {
    return globalDispatcher()?.isMockActive === true
  },
}

/**
 * A dispatcher that tells the attempt when its connection stands.
 *
 * @param dialsAgain whether a connection that undici has given up (after 10 s, unless its `connect.timeout` says otherwise) is
 *   tried again: only while a longer limit of the attempt's own runs, which will end it
 */
export const watchedDispatcher = (
  through: Dispatcher,
  context: CallContext,
  dialsAgain: () => boolean = () => false,
): Dispatcher => ({
  dispatch(options, handler) {
    let connected = false
    const stands = (): void => {
      connected = true
      context.progress('connected')
    }
    const dial = (): boolean => through.dispatch(options, watching)
    const failed = (error: unknown, tell: () => void): void => {
      if (connected || !isConnectTimeout(error) || !dialsAgain()) return tell()
      // Not in the same tick: undici is about to close the pool that the connection belonged to.
      queueMicrotask(() => (context.aborted ? tell() : dial()))
    }
    // Only the names that the handler has: by them undici knows its kind.
    const watching = Object.create(handler) as Handler
    const { onConnect, onError, onRequestStart, onResponseError } = handler
    if (onConnect !== undefined)
      watching.onConnect = function (...args) {
        stands()
        return onConnect.apply(this, args)
      }
    if (onRequestStart !== undefined)
      watching.onRequestStart = function (...args) {
        stands()
        return onRequestStart.apply(this, args)
      }
    if (onError !== undefined)
      watching.onError = function (error) {
        failed(error, () => onError.call(this, error))
      }
    if (onResponseError !== undefined)
      watching.onResponseError = function (controller, error) {
        failed(error, () => onResponseError.call(this, controller, error))
      }
    return dial()
  },
  get isMockActive() {
    return through.isMockActive === true
  },
})

const isConnectTimeout = (error: unknown): boolean =>
  typeof error === 'object' && error !== null && 'code' in error && error.code === 'UND_ERR_CONNECT_TIMEOUT'
