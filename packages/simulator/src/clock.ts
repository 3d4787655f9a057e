import { createEventQueue } from './event-queue.ts'

/** Where the simulator gets its time from. Handed in, so that tests and benchmarks can run hours in milliseconds. */
export interface Clock {
  /** Milliseconds since some fixed instant; never goes back. */
  now(): number
  /** Runs `fn` once after `ms` milliseconds; the function given back cancels it. */
  setTimer(ms: number, fn: () => void): () => void
}

/** The longest delay that `setTimeout` takes; a longer timer fires early, and who set it sets it again. */
const LONGEST_TIMER_MS = 2 ** 31 - 1

/** Real time. */
export const systemClock: Clock = {
  now: () => performance.now(),
  setTimer: (ms, fn) => {
    const timer = setTimeout(fn, Math.min(Math.ceil(ms), LONGEST_TIMER_MS))
    return () => clearTimeout(timer)
  },
}

/** A clock that stands still until it is moved. */
export interface VirtualClock extends Clock {
  /** Moves time on by `ms`, running every timer that falls due, in order and at its own instant. */
  advance(ms: number): void
}

/**
 * Makes a {@link VirtualClock} that starts at 0.
 *
 * @example
 * const clock = createVirtualClock()
 * clock.setTimer(30_000, () => console.log('half a minute later'))
 * clock.advance(60_000)
 */
export function createVirtualClock(): VirtualClock {
  const timers = createEventQueue()
  let now = 0
  return {
    now: () => now,
    setTimer(ms, fn) {
      let canceled = false
      timers.add(now + Math.max(0, ms), () => {
        if (!canceled) fn()
      })
      return () => {
        canceled = true
      }
    },
    advance(ms) {
      const until = now + ms
      for (let due = timers.nextAt(); due !== undefined && due <= until; due = timers.nextAt()) {
        now = Math.max(now, due)
        timers.take()?.run(now)
      }
      now = until
    },
  }
}

/** Model time: stands at 0 until it is started, then runs `timeScale` times as fast as the clock below it. */
export interface ModelClock extends Clock {
  start(): void
  readonly timeScale: number
}

/** Makes the {@link ModelClock} that a simulator runs on. */
export function createModelClock(clock: Clock, timeScale: number): ModelClock {
  let startedAt: number | undefined
  return {
    timeScale,
    start() {
      startedAt ??= clock.now()
    },
    now: () => (startedAt === undefined ? 0 : (clock.now() - startedAt) * timeScale),
    setTimer: (ms, fn) => clock.setTimer(ms / timeScale, fn),
  }
}
