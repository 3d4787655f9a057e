import { createContextKey, type ContextKey } from '../../kernel/context-key.ts'
import { systemRandom } from '../../kernel/random.ts'

/**
 * Names the answer that a call wants; calls with the same key get the same answer. A call without one is not cached.
 *
 * ```ts
 * import { cache, cacheKey, pipeline } from '@spillway/core'
 *
 * const calls = pipeline([cache()])
 * let runs = 0
 * const paint = async (): Promise<string> => `picture ${++runs}`
 * await calls.execute(paint, { values: [[cacheKey, 'lighthouse 1024x1024']] })
 * console.log(await calls.execute(paint, { values: [[cacheKey, 'lighthouse 1024x1024']] })) // => picture 1
 * ```
 */
export const cacheKey: ContextKey<string | undefined> = /* @__PURE__ */ createContextKey<string | undefined>(
  'cache key',
  undefined,
)

/**
 * Makes short names for keys, for events: a key may quote a prompt. The same key has the same name within one cache; each
 * cache adds chance of its own, so that nobody can try out guesses against a recorded name.
 */
export const keyNames = (): ((key: string) => string) => {
  const salt = Math.trunc(systemRandom() * 2 ** 32)
  return (key) => hash(key, salt)
}

/** 53 bits, as 14 hexadecimal digits (the cyrb53 mix). Spreads well; it is no cryptography. */
const hash = (text: string, seed: number): string => {
  let high = 0xdeadbeef ^ seed
  let low = 0x41c6ce57 ^ seed
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    high = Math.imul(high ^ unit, 2_654_435_761)
    low = Math.imul(low ^ unit, 1_597_334_677)
  }
  high = Math.imul(high ^ (high >>> 16), 2_246_822_507) ^ Math.imul(low ^ (low >>> 13), 3_266_489_909)
  low = Math.imul(low ^ (low >>> 16), 2_246_822_507) ^ Math.imul(high ^ (high >>> 13), 3_266_489_909)
  return ((low & 0x1fffff) * 2 ** 32 + (high >>> 0)).toString(16).padStart(14, '0')
}
