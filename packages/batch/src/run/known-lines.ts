import { hasOwnId, type BatchItem } from '../input/item.ts'
import { type KnownItem, SET_ASIDE } from '../journal/journal.ts'

/** Of two that ask for the same, the one that has more: what is made, else what may be. */
const worth = ({ state }: KnownItem): number => (state === 'done' ? 2 : state === 'waiting' ? 0 : 1)

const isNamed = (known: KnownItem): boolean => (known.line < 0 ? known.line === SET_ASIDE.named : hasOwnId(known))

/**
 * What is known where an input is another one. An item with an id of its own is found again by it. One that only has the
 * number of its line is found again by what it asks for, wherever it stands now.
 */
export class KnownLines {
  readonly #all: readonly KnownItem[]
  readonly #byId: ReadonlyMap<string, KnownItem>
  /** Those without an id of their own, the best ones last. */
  readonly #byFingerprint = new Map<string, KnownItem[]>()
  readonly #taken = new Set<KnownItem>()

  constructor(all: readonly KnownItem[]) {
    this.#all = all
    this.#byId = new Map(all.map((known) => [known.id, known]))
    // In the order of the lines, those of the last input first.
    const value = (known: KnownItem): number => worth(known) * 2 + (known.line < 0 ? 0 : 1)
    const nameless = all.filter((known) => !isNamed(known)).toReversed()
    for (const known of nameless.toSorted((a, b) => value(a) - value(b))) {
      const same = this.#byFingerprint.get(known.fingerprint)
      if (same === undefined) this.#byFingerprint.set(known.fingerprint, [known])
      else same.push(known)
    }
  }

  /** The one that asks for the same under this id or under any number, once. */
  take(item: BatchItem): KnownItem | undefined {
    const known = this.#find(item)
    if (known !== undefined) this.#taken.add(known)
    return known
  }

  /** The one that has the id of an item, where that is its own and the item is another. */
  inTheWayOf({ id }: BatchItem): KnownItem | undefined {
    const known = this.#free(this.#byId.get(id))
    return known !== undefined && isNamed(known) ? known : undefined
  }

  left(): readonly KnownItem[] {
    return this.#all.filter((known) => known.line >= 0 && !this.#taken.has(known))
  }

  #find(item: BatchItem): KnownItem | undefined {
    const { id, fingerprint } = item
    const sameId = this.#free(this.#byId.get(id))
    const same = sameId?.fingerprint === fingerprint ? sameId : undefined
    if (hasOwnId(item) || (same !== undefined && isNamed(same))) return same
    const best = this.#bestOf(fingerprint)
    return same !== undefined && (best === undefined || worth(same) >= worth(best)) ? same : best
  }

  #bestOf(fingerprint: string): KnownItem | undefined {
    const same = this.#byFingerprint.get(fingerprint) ?? []
    for (;;) {
      const best = same.at(-1)
      if (best === undefined || !this.#taken.has(best)) return best
      same.pop()
    }
  }

  #free(known: KnownItem | undefined): KnownItem | undefined {
    return known === undefined || this.#taken.has(known) ? undefined : known
  }
}
