/** A wish for permits. */
export interface QuotaWish {
  /** The policy's name: keys of different policies have nothing to do with each other. */
  readonly policy: string
  /**
   * Whose permits: `key:…`, `hash:…` for a long key, or `address:…`. May be an API key: a store outside of the process hashes it.
   */
  readonly key: string
  /** How many, 0 or more. With 0 only the level is asked for. */
  readonly cost: number
  /** How many there are in a window. */
  readonly limit: number
  /** The time in which they come back, in milliseconds. */
  readonly windowMs: number
}

/** How much of a quota is left. */
export interface QuotaLevel {
  /** Whether the permits were taken. */
  readonly allowed: boolean
  /** Whole permits that are left. */
  readonly remaining: number
  /** Milliseconds until as many as were asked for will be there; 0 where they were taken. */
  readonly readyInMs: number
  /** Milliseconds until all of them will be there. */
  readonly fullInMs: number
}

/**
 * Where quotas are kept. In one atomic step, `take` gives the permits or leaves the level as it is. A store that cannot
 * answer throws or rejects; it may be asked to stop by the signal.
 */
export interface QuotaStore {
  take(wish: QuotaWish, signal?: AbortSignal): QuotaLevel | PromiseLike<QuotaLevel>
}
