/** Redis failed several times in a row: until `store.recovered` it is not asked, and everything does what its option says. */
export interface StoreDegraded {
  readonly type: 'store.degraded'
  /** Monotonic milliseconds of the connection's clock. */
  readonly at: number
  /** The connection's name. */
  readonly store: string
  /** `timeout`, `not_connected`, or the code of an error: `ECONNRESET`, `READONLY`. Never its message. */
  readonly reason: string
}

/** A probe was answered: Redis is asked again. */
export interface StoreRecovered {
  readonly type: 'store.recovered'
  /** Monotonic milliseconds of the connection's clock. */
  readonly at: number
  /** The connection's name. */
  readonly store: string
  /** Milliseconds since `store.degraded`. */
  readonly downMs: number
}

/** What a connection tells. */
export type ConnectionEvent = StoreDegraded | StoreRecovered
