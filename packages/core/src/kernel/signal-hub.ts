import type { CallContext } from './call-context.ts'

/** The calls that follow one signal, behind the one listener that they share. */
interface Hub {
  readonly contexts: Set<CallContext>
  readonly close: () => void
}

/**
 * One listener per caller's signal, whatever number of calls follow it: Node walks the whole list of a signal's
 * listeners to add one, so that a listener per call makes a process-wide signal quadratic.
 */
const hubs = new WeakMap<AbortSignal, Hub>()

/** Ends `context` when `signal` aborts, with the signal's own reason. Gives back how to stop following. */
export const followSignal = (signal: AbortSignal, context: CallContext): (() => void) => {
  const hub = hubs.get(signal) ?? open(signal)
  hub.contexts.add(context)
  return () => {
    hub.contexts.delete(context)
    if (hub.contexts.size === 0) hub.close()
  }
}

const open = (signal: AbortSignal): Hub => {
  const contexts = new Set<CallContext>()
  const close = (): void => {
    signal.removeEventListener('abort', onAbort)
    if (hubs.get(signal) === hub) hubs.delete(signal)
  }
  const onAbort = (): void => {
    close()
    for (const context of contexts) context.abort(signal.reason)
  }
  const hub: Hub = { contexts, close }
  signal.addEventListener('abort', onAbort)
  hubs.set(signal, hub)
  return hub
}
