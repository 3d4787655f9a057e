import type { Pipeline } from '@spillway/core'

/** How many are known before those that nobody holds any more are looked for. */
const FIRST_SWEEP = 64

/** Pipelines that are kept alive by nobody here. */
export class LivingPipelines {
  readonly #references = new Set<WeakRef<Pipeline<unknown>>>()
  #sweepAt = FIRST_SWEEP

  /** Gives back how to take it out again. */
  add(pipeline: Pipeline<unknown>): () => void {
    const reference = new WeakRef(pipeline)
    this.#references.add(reference)
    if (this.#references.size >= this.#sweepAt) this.#sweepAt = Math.max(FIRST_SWEEP, 2 * this.all().length)
    return () => this.#references.delete(reference)
  }

  /** Those that live. Forgets the others. */
  all(): Pipeline<unknown>[] {
    const living: Pipeline<unknown>[] = []
    for (const reference of this.#references) {
      const pipeline = reference.deref()
      if (pipeline === undefined) this.#references.delete(reference)
      else living.push(pipeline)
    }
    return living
  }

  /** How many are remembered, those that are gone and not yet forgotten included. */
  get size(): number {
    return this.#references.size
  }
}
