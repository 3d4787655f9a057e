/** What a gate keeps of a call it let in. An entry of its own list, so that it leaves without a search. */
export class Admission<T> {
  readonly owner: T
  readonly list: Admissions<T>
  readonly at: number
  previous: Admission<T> | undefined
  next: Admission<T> | undefined

  constructor(owner: T, list: Admissions<T>, at: number) {
    this.owner = owner
    this.list = list
    this.at = at
  }
}

/**
 * Admissions at work, oldest first. One list for each time in which results count: what belongs to another one is from
 * before, and decides nothing.
 */
export class Admissions<T> {
  #size = 0
  #first: Admission<T> | undefined
  #last: Admission<T> | undefined

  get size(): number {
    return this.#size
  }

  /** @param now not before that of the last one */
  add(owner: T, now: number): Admission<T> {
    const admission = new Admission(owner, this, now)
    const last = this.#last
    admission.previous = last
    if (last === undefined) this.#first = admission
    else last.next = admission
    this.#last = admission
    this.#size++
    return admission
  }

  /** To be called once for each of its own. */
  delete(admission: Admission<T>): void {
    const { previous, next } = admission
    if (previous === undefined) this.#first = next
    else previous.next = next
    if (next === undefined) this.#last = previous
    else next.previous = previous
    this.#size--
  }

  /** Whether one that was admitted from an instant to another is still at work. */
  hasBetween(from: number, to: number): boolean {
    for (let each = this.#first; each !== undefined && each.at <= to; each = each.next) if (each.at >= from) return true
    return false
  }
}
