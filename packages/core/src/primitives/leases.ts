/**
 * Who does what only one of several processes should do. A lease is taken for a time, kept by taking it again, and over
 * by itself when whoever has it has died. Times are those of whoever keeps the leases, so that no clocks are compared.
 */
export interface Leases {
  /**
   * Takes the lease of `key` where nobody has it, or keeps it where `owner` has it already.
   *
   * @param owner who wants it; nobody else goes by that name
   * @param leaseMs for how many milliseconds from now, above 0
   * @returns or resolves with 0 where it is the owner's now, otherwise with the milliseconds until that of another is over
   */
  take(key: string, owner: string, leaseMs: number): number | PromiseLike<number>
  /**
   * Gives a lease back before its time. That of somebody else, or one that is over, is left alone.
   *
   * @param owner who has it; left out: whoever has it
   */
  release(key: string, owner?: string): unknown
  /**
   * Tells whoever waits when a lease is given back, where that can be told. It spares them time and nothing else: it may be
   * told late, for nothing, or not at all, as where a lease is over by itself.
   *
   * @param released called at each time
   * @returns ends it
   */
  watch?(key: string, released: () => void): () => void
}

/** A name that nobody else goes by. */
export const leaseOwner = (): string => crypto.randomUUID()

/** Whether something that was handed in can keep leases. */
export const areLeases = (leases: unknown): leases is Leases => {
  const { take, release } = (leases ?? {}) as Partial<Leases>
  return typeof take === 'function' && typeof release === 'function'
}
