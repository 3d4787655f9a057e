import type { CallContext } from './call-context.ts'

/**
 * One listener per caller's signal, whatever number of calls follow it: Node walks the whole list of a signal's
 * listeners to add one, so that a listener per call makes a process-wide signal quadratic.
 */
const followers = new WeakMap<AbortSignal, Set<CallContext>>()

/** Ends `context` when `signal` aborts, with the signal's own reason. Gives back how to stop following. */
export const followSignal = (signal: AbortSignal, context: CallContext): (() => void) => {
  let contexts = followers.get(signal)
  if (contexts === undefined) {
    const started = new Set<CallContext>()
    const onAbort = (): void => {
      followers.delete(signal)
      for (const follower of started) follower.abort(signal.reason)
    }
    signal.addEventListener('abort', onAbort, { once: true })
    listeners.set(started, () => signal.removeEventListener('abort', onAbort))
    followers.set(signal, started)
    contexts = started
  }
  const set = contexts
  set.add(context)
  return () => {
    set.delete(context)
    if (set.size > 0 || followers.get(signal) !== set) return
    followers.delete(signal)
    listeners.get(set)?.()
  }
}

const listeners = new WeakMap<Set<CallContext>, () => void>()
