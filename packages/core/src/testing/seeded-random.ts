import type { Random } from '../kernel/random.ts'

/**
 * The same numbers every run (the mulberry32 generator).
 *
 * ```ts
 * import { seededRandom } from '@spillway/core/testing'
 * console.log(seededRandom(1)() === seededRandom(1)()) // => true
 * ```
 *
 * @param seed any number; its lowest 32 bits count
 */
export const seededRandom = (seed: number): Random => {
  let state = seed | 0
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
