import { monitorEventLoopDelay, performance } from 'node:perf_hooks'

/** How the process fared since the last reading. */
export interface Pressure {
  /** The 99th percentile of how late timers fired, in milliseconds. */
  readonly eventLoopDelayMs: number
  /** The share of the time in which the event loop had something to do. */
  readonly utilization: number
  /** The heap in use now, in bytes. */
  readonly heapUsedBytes: number
}

/** How often the delay is measured. */
const RESOLUTION_MS = 20

/**
 * Reads the process, from one reading to the next. Neither figure is enough: tasks of 8 ms keep a loop wholly busy at a
 * delay of 27 ms, and one of 300 ms in a second leaves it idle for most of the time. The histogram counts its own
 * resolution as delay, which is taken off.
 */
export const processPressure = (): (() => Pressure) => {
  const delays = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
  delays.enable()
  let before = performance.eventLoopUtilization()
  return () => {
    const now = performance.eventLoopUtilization()
    const { utilization } = performance.eventLoopUtilization(now, before)
    const p99Ms = delays.count === 0 ? 0 : delays.percentile(99) / 1e6
    before = now
    delays.reset()
    const { heapUsed } = process.memoryUsage()
    return { eventLoopDelayMs: Math.max(0, p99Ms - RESOLUTION_MS), utilization, heapUsedBytes: heapUsed }
  }
}
