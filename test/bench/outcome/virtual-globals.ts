import type { Clock, Random } from '@spillway/core'

/** What `setTimeout` gives back here: enough of Node's own for the libraries that are run. */
interface Handle {
  ref(): Handle
  unref(): Handle
  hasRef(): boolean
  cancel(): void
}

const handleOf = (clock: Clock, ms: number, callback: () => void): Handle => {
  const timer = clock.setTimer(ms, callback)
  const handle: Handle = {
    ref: () => (timer.ref(), handle),
    unref: () => (timer.unref(), handle),
    hasRef: () => true,
    cancel: () => timer.cancel(),
  }
  return handle
}

/**
 * Runs `work` with `setTimeout`, `Date.now`, `performance.now` and `Math.random` replaced by the given clock and chance: for
 * libraries that take neither. They are put back when it has ended; nothing else may run meanwhile.
 */
export const withGlobals = async <R>(clock: Clock, random: Random, work: () => Promise<R>): Promise<R> => {
  const real = {
    setTimeout: globalThis.setTimeout,
    clearTimeout: globalThis.clearTimeout,
    dateNow: Date.now,
    random: Math.random,
  }
  Object.assign(globalThis, {
    setTimeout: (callback: (...args: unknown[]) => void, ms = 0, ...args: unknown[]) =>
      handleOf(clock, ms, () => callback(...args)),
    clearTimeout: (handle?: Handle) => handle?.cancel(),
  })
  Date.now = () => clock.wallTime()
  // Its own property hides the one of the prototype.
  performance.now = () => clock.now()
  Math.random = random
  try {
    return await work()
  } finally {
    Object.assign(globalThis, { setTimeout: real.setTimeout, clearTimeout: real.clearTimeout })
    Date.now = real.dateNow
    Reflect.deleteProperty(performance, 'now')
    Math.random = real.random
  }
}
