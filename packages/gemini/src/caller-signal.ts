/** A signal of one call, and how it hangs on the caller's. */
export interface CallerSignal {
  readonly signal: AbortSignal
  /** Ends the call from our side. */
  abort(reason: unknown): void
  /** Lets go of the caller's signal. */
  dispose(): void
}

/**
 * A signal that follows the caller's until it is disposed of: the client listens to the signal it is given and never
 * stops, which would grow with every call on a signal that lives as long as the process.
 */
export const followCaller = (caller: AbortSignal | undefined): CallerSignal => {
  const controller = new AbortController()
  const follow = (): void => controller.abort(caller?.reason)
  if (caller?.aborted) follow()
  else caller?.addEventListener('abort', follow)
  return {
    signal: controller.signal,
    abort: (reason) => controller.abort(reason),
    dispose: () => caller?.removeEventListener('abort', follow),
  }
}
