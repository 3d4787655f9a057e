import type { IBackoff, IBackoffFactory } from 'cockatiel'

/** What a backoff of breaks is told: the part of cockatiel's own context that exists here. */
export interface BreakContext {
  /** How often the circuit has opened without closing in between, from 1. */
  readonly attempt: number
}

/** A sequence that has come this far has reached its cap. */
const REPLAY_LIMIT = 100

/** How long the breaks of one circuit are, one after the other. */
export class Breaks {
  readonly #factory: IBackoffFactory<BreakContext>
  #step: IBackoff<BreakContext> | undefined
  #count = 0
  #lastMs = 0

  constructor(factory: IBackoffFactory<BreakContext>) {
    this.#factory = factory
  }

  /** How many there have been since they last began anew. */
  get count(): number {
    return this.#count
  }

  /** How long the last one was, in milliseconds. */
  get lastMs(): number {
    return this.#lastMs
  }

  /** The next one: not shorter than the server asked. */
  next(atLeastMs: number): number {
    this.#count++
    this.#advance(this.#count)
    // What was handed in may be no number: then it says nothing.
    this.#lastMs = Math.max(atLeastMs || 0, this.#step?.duration || 0, 0)
    return this.#lastMs
  }

  /** The next one is a first one. */
  restart(): void {
    this.#step = undefined
    this.#count = 0
  }

  /** Takes up where another process stopped. */
  restore(count: number, lastMs: number): void {
    this.restart()
    for (let attempt = 1; attempt <= Math.min(count, REPLAY_LIMIT); attempt++) this.#advance(attempt)
    this.#count = count
    this.#lastMs = lastMs
  }

  #advance(attempt: number): void {
    this.#step = (this.#step ?? this.#factory).next({ attempt })
  }
}
