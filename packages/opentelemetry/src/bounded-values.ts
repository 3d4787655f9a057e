/** Stands for every value beyond the limit. */
export const OTHER = 'other'

/**
 * Keeps the number of series bounded whatever names come in: so many different values for each attribute are let through, and
 * from then on every new one is `other`.
 */
export class BoundedValues {
  readonly #limit: number
  readonly #seen = new Map<string, Set<string>>()

  constructor(limit: number) {
    this.#limit = limit
  }

  of(attribute: string, value: string): string {
    let seen = this.#seen.get(attribute)
    if (seen === undefined) this.#seen.set(attribute, (seen = new Set()))
    if (seen.has(value)) return value
    if (seen.size >= this.#limit) return OTHER
    seen.add(value)
    return value
  }

  /** A metric's attributes, bounded. What is `undefined` is left out. */
  attributes(values: Readonly<Record<string, string | undefined>>): Record<string, string> {
    const bounded: Record<string, string> = {}
    for (const [attribute, value] of Object.entries(values))
      if (value !== undefined) bounded[attribute] = this.of(attribute, value)
    return bounded
  }
}
