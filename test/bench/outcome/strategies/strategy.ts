import type { Random } from '@spillway/core'
import type { Answer, World } from '../world.ts'

/** A way to make a call. */
export interface Strategy {
  readonly name: string
  /** Whether it takes its time and chance from the globals: these are the world's then. @default false */
  readonly usesGlobals?: boolean
  /** One process: gives a function that makes one call. `signal` ends at the call's deadline. */
  start(world: World, random: Random): (prompt: string, signal: AbortSignal) => Promise<Answer>
}

/** Waits on the world's clock; rejects when the signal ends. */
export const sleep = (world: World, ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve, reject) => {
    const leave = (): void => {
      timer.cancel()
      reject(signal.reason)
    }
    const timer = world.clock.setTimer(ms, () => {
      signal.removeEventListener('abort', leave)
      resolve()
    })
    signal.addEventListener('abort', leave, { once: true })
  })

/** Ends an attempt after `ms`, or with the call. */
export const withTimeout = async <R>(
  world: World,
  ms: number,
  signal: AbortSignal,
  attempt: (signal: AbortSignal) => Promise<R>,
): Promise<R> => {
  const controller = new AbortController()
  const leave = (): void => controller.abort(signal.reason)
  const timer = world.clock.setTimer(ms, () => controller.abort(new Error('timeout')))
  signal.addEventListener('abort', leave, { once: true })
  try {
    return await attempt(controller.signal)
  } finally {
    timer.cancel()
    signal.removeEventListener('abort', leave)
  }
}
