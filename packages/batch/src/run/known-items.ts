import type { BatchItem } from '../input/item.ts'
import type { KnownItem } from '../journal/journal.ts'

/**
 * What a run knows already, beside the items of an input. As long as the two agree, as they do when a run goes on, there is
 * one of them in memory; from the first difference on they are found by their ids.
 */
export class KnownItems {
  readonly #rows: IterableIterator<KnownItem>
  #byId: Map<string, KnownItem> | undefined

  /** @param rows in the order of the input */
  constructor(rows: IterableIterator<KnownItem>) {
    this.#rows = rows
  }

  /** What is known of an item, once. */
  take({ id, fingerprint }: Pick<BatchItem, 'id' | 'fingerprint'>): KnownItem | undefined {
    if (this.#byId === undefined) {
      const next = this.#rows.next()
      if (next.done) return undefined
      if (next.value.id === id && next.value.fingerprint === fingerprint) return next.value
      this.#byId = new Map([next.value, ...this.#rows].map((known) => [known.id, known]))
    }
    const known = this.#byId.get(id)
    this.#byId.delete(id)
    return known
  }

  /** Those that the input does not have any more. */
  left(): readonly KnownItem[] {
    return [...(this.#byId?.values() ?? this.#rows)]
  }

  /** Ends the reading. */
  close(): void {
    this.#rows.return?.()
  }
}
