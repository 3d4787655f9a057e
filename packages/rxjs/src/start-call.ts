import type { Call, CallOptions, Operation, Pipeline } from '@spillway/core'

/** A call at work that can be ended. */
export interface StartedCall<R> {
  readonly answer: Promise<R>
  /** Ends the call with an `AbortError`, as its operation's signal hears it. */
  readonly cancel: () => void
}

/** Starts a call that two can end: the caller's own signal, and whoever holds the call. */
export const startCall = <R, Adds>(
  pipeline: Pipeline<Adds>,
  operation: Operation<R>,
  options: CallOptions,
): StartedCall<R | Adds> => {
  const controller = new AbortController()
  const cancel = (): void => controller.abort()
  const { signal } = options
  if (signal === undefined)
    return { answer: pipeline.execute(operation, { ...options, signal: controller.signal }), cancel }

  const follow = (): void => controller.abort(signal.reason)
  if (signal.aborted) follow()
  else signal.addEventListener('abort', follow, { once: true })
  let call: Call | undefined
  const answer = pipeline.execute(
    (context) => {
      call = context.call
      return operation(context)
    },
    { ...options, signal: controller.signal },
  )
  const unfollow = (): void => signal.removeEventListener('abort', follow)
  // An answer that is a stream is still being read after the call has given it: until then the caller can end it.
  const settled = (): void => (call === undefined ? unfollow() : call.whenIdle(unfollow))
  answer.then(settled, settled)
  return { answer, cancel }
}
