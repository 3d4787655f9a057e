import type { BatchItem } from '../input/item.ts'
import type { Journal, KnownItem } from '../journal/journal.ts'
import { KnownLines } from './known-lines.ts'

/**
 * What a run knows already, beside the items of an input. As long as the two agree, as they do when a run goes on, there is
 * one of them in memory; from the first difference on all are set aside, and each is found again or stays there.
 */
export class KnownItems {
  readonly #journal: Journal
  readonly #rows: IterableIterator<KnownItem>
  /** What only earlier inputs had. */
  readonly #aside: KnownItem[] = []
  #lines: KnownLines | undefined

  constructor(journal: Journal) {
    this.#journal = journal
    this.#rows = journal.known()
  }

  /** What is known of an item, once. Whatever else has its id gives it away. */
  take(item: BatchItem): KnownItem | undefined {
    if (this.#lines === undefined) {
      const next = this.#next()
      if (next?.id === item.id && next.fingerprint === item.fingerprint && next.line === item.line) return next
      this.#lines = this.#setAside(next)
    }
    const known = this.#lines.take(item)
    const other = this.#lines.inTheWayOf(item)
    if (other !== undefined) this.#journal.release(other.seq)
    if (known !== undefined) this.#journal.takeBack(known.seq, item)
    return known
  }

  /** Those that the last input had, and this one does not have any more. */
  left(): readonly KnownItem[] {
    this.#lines ??= this.#setAside(this.#next())
    return this.#lines.left()
  }

  /** Ends the reading. */
  close(): void {
    this.#rows.return?.()
  }

  #next(): KnownItem | undefined {
    for (;;) {
      const { done, value } = this.#rows.next()
      if (done) return undefined
      if (value.line >= 0) return value
      this.#aside.push(value)
    }
  }

  /** @param first the first line that is not as it was */
  #setAside(first: KnownItem | undefined): KnownLines {
    const rest = first === undefined ? [] : [first, ...this.#rows]
    if (first !== undefined) this.#journal.setAside(first)
    return new KnownLines([...this.#aside, ...rest])
  }
}
