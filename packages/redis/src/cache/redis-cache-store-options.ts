import { checkDuration, checkKnown, checkNumber, InvalidOptionsError } from '@spillway/core'

/** Options of {@link redisCacheStore}. */
export interface RedisCacheStoreOptions {
  /**
   * Whose answers these are: a text that is not empty. What is kept in one namespace is given to no other. One for each
   * tenant, unless the cache's keys name the tenant.
   */
  readonly namespace: string
  /** The largest answer that is kept, in bytes of what is written: above 0. A larger one is not. @default 8388608 */
  readonly maxBytes?: number
  /** How long any answer is kept, in milliseconds above 0, whatever the cache asks for. @default 604800000, a week */
  readonly maxAgeMs?: number
  /**
   * 32 bytes of yours, the same in all processes: answers stand in Redis encrypted (AES-256-GCM), each bound to its key. With
   * another key than before nothing is found. @default none: answers can be read in Redis
   */
  readonly encryptionKey?: Uint8Array | undefined
}

/** What {@link redisCacheStore} takes where an option is left out. */
export const REDIS_CACHE_STORE_DEFAULTS: Required<Omit<RedisCacheStoreOptions, 'namespace'>> = {
  maxBytes: 8 * 2 ** 20,
  maxAgeMs: 7 * 24 * 3_600_000,
  encryptionKey: undefined,
}

/** @throws InvalidOptionsError when an option is out of its range or not known */
export const checkRedisCacheStore = (options: RedisCacheStoreOptions): Required<RedisCacheStoreOptions> => {
  checkKnown('redisCacheStore', options, [...Object.keys(REDIS_CACHE_STORE_DEFAULTS), 'namespace'])
  const resolved = { ...REDIS_CACHE_STORE_DEFAULTS, ...options }
  const { namespace, encryptionKey } = resolved
  if (typeof namespace !== 'string' || namespace === '')
    throw new InvalidOptionsError(
      'redisCacheStore.namespace',
      namespace,
      'a text that is not empty: whose answers these are',
    )
  checkNumber('redisCacheStore.maxBytes', resolved.maxBytes, { min: Number.MIN_VALUE, infinite: true })
  checkDuration('redisCacheStore.maxAgeMs', resolved.maxAgeMs, { min: Number.MIN_VALUE })
  // Never the key itself in an error.
  if (encryptionKey !== undefined && !(encryptionKey instanceof Uint8Array && encryptionKey.byteLength === 32))
    throw new InvalidOptionsError('redisCacheStore.encryptionKey', typeof encryptionKey, '32 bytes: a Uint8Array')
  return resolved
}
