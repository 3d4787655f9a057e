/** How many entries a new key looks at to make room: more than one, so that the map shrinks again after a crowd. */
const LOOKED_AT = 8

/**
 * State per key, bounded: the key that was used longest ago goes first. `Map` keeps insertion order, which is the list.
 * It is kept up only in the upper half of the bound, so that a few keys used all the time cost nothing.
 */
export class LruMap<K, V> {
  readonly #entries = new Map<K, V>()
  readonly #maxEntries: number
  readonly #make: (key: K) => V
  readonly #mayDrop: (value: V) => boolean

  /**
   * @param maxEntries how many keys to keep, at least 1
   * @param make the state of a key that is not known
   * @param mayDrop whether a state can be forgotten: not while somebody is in it. The bound gives way before the truth
   */
  constructor(maxEntries: number, make: (key: K) => V, mayDrop: (value: V) => boolean = () => true) {
    this.#maxEntries = maxEntries
    this.#make = make
    this.#mayDrop = mayDrop
  }

  get size(): number {
    return this.#entries.size
  }

  /** The state of `key`, made where there is none. */
  get(key: K): V {
    const known = this.#entries.get(key)
    if (known !== undefined) {
      const { size } = this.#entries
      if (size > 1 && size * 2 > this.#maxEntries) {
        this.#entries.delete(key)
        this.#entries.set(key, known)
      }
      return known
    }
    const value = this.#make(key)
    this.#entries.set(key, value)
    if (this.#entries.size > this.#maxEntries) this.#dropOldest(key)
    return value
  }

  /** The state of `key`, without making or touching it. */
  peek(key: K): V | undefined {
    return this.#entries.get(key)
  }

  entries(): IterableIterator<[K, V]> {
    return this.#entries.entries()
  }

  values(): IterableIterator<V> {
    return this.#entries.values()
  }

  /** Looks at a few of the oldest. Those in use go to the end of the row, so that they hide no others. */
  #dropOldest(newest: K): void {
    let looks = LOOKED_AT
    for (const [key, value] of this.#entries) {
      if (this.#entries.size <= this.#maxEntries || looks-- === 0) return
      if (key === newest) continue
      this.#entries.delete(key)
      if (!this.#mayDrop(value)) this.#entries.set(key, value)
    }
  }
}
