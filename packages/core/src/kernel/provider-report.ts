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

/** What the provider says besides its answer. Adapters read it from headers and bodies. */
export interface ProviderReport {
  readonly limits?: readonly ServerLimit[]
  /** What the attempt has really used, by unit: `{ tokens: 1290, images: 1 }`. */
  readonly usage?: Readonly<Record<string, number>>
}
