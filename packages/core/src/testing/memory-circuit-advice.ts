import { systemClock, type Clock } from '../kernel/clock.ts'
import type { CircuitAdvice } from '../policies/circuit-breaker/circuit-advice.ts'
import { memoryLeases } from './memory-leases.ts'

interface Said {
  readonly at: number
  readonly failing: boolean
  readonly servedAt: number
}

/** For how long counts what a process has said, where nothing else is asked for. */
const TTL_MS = 30_000

/**
 * What processes tell one another, in memory: lets several pipelines of one test stand for several processes.
 *
 * ```ts
 * import { circuitBreaker, pipeline } from '@spillway/core'
 * import { memoryCircuitAdvice, VirtualClock } from '@spillway/core/testing'
 *
 * const clock = new VirtualClock()
 * const join = memoryCircuitAdvice({ clock })
 * const breakers = [1, 2, 3].map(() => circuitBreaker({ advice: join() }))
 * const down = () => Promise.reject(new Error('503'))
 * for (const breaker of breakers) {
 *   const calls = pipeline([breaker], { clock })
 *   for (let i = 0; i < 5 && breaker.stateOf() === 'closed'; i++) {
 *     await calls.execute(down).catch(() => 'failed')
 *     await clock.advance(1000)
 *   }
 *   console.log(breaker.stateOf())
 * }
 * // => open
 * // => open
 * // => open
 * ```
 *
 * @returns a function that each process calls once, to get its own end of it
 */
export const memoryCircuitAdvice = (
  options: { readonly clock?: Clock; readonly ttlMs?: number } = {},
): (() => CircuitAdvice) => {
  const { clock = systemClock, ttlMs = TTL_MS } = options
  const leases = memoryLeases(clock)
  const partitions = new Map<string, Map<symbol, Said>>()
  return () => {
    const me = Symbol('process')
    return {
      leases,
      exchange(partition, { failing, served }) {
        const now = clock.now()
        const said = partitions.get(partition) ?? new Map<symbol, Said>()
        partitions.set(partition, said)
        said.set(me, { at: now, failing, servedAt: served ? now : (said.get(me)?.servedAt ?? -Infinity) })
        const others = [...said]
          .filter(([process, { at }]) => process !== me && now - at < ttlMs)
          .map(([, each]) => each)
        return {
          processes: others.length,
          failing: others.filter((other) => other.failing).length,
          servedMsAgo: now - Math.max(-Infinity, ...others.map(({ servedAt }) => servedAt)),
        }
      },
    }
  }
}
