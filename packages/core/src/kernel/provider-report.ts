/** One of the provider's limits, as an answer tells of it. */
export interface ServerLimit {
  /** What it counts: `requests`, `tokens`, `images`. */
  readonly unit: string
  /** How many there are when nothing is used. */
  readonly limit?: number
  /** How many are left. */
  readonly remaining?: number
  /** Milliseconds until the limit is whole again. */
  readonly resetMs?: number
}

/**
 * What an attempt uses, by unit: `inputTokens`, `outputTokens`, `tokens` for both together, `cachedInputTokens` for the part of
 * the input that was read from a cache, `images`. Quotas and prices name the same units.
 */
export type Usage = Readonly<Record<string, number>>

/** What the provider says besides its answer. Adapters read it from headers and bodies. */
export interface ProviderReport {
  readonly limits?: readonly ServerLimit[]
  /** What the attempt has really used so far: `{ tokens: 1290, images: 1 }`. A unit that is not named stays as it was estimated. */
  readonly usage?: Usage
}
