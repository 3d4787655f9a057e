import { errorName, type DiagnosticReported } from '../kernel/events.ts'
import type { Part } from '../kernel/policy.ts'
import type { EventSource } from './event-source.ts'
import { Generation } from './generation.ts'
import type { PipelineOptions } from './pipeline-options.ts'
import { warnOrder } from './warn-order.ts'

/** The parts that new calls run through, and older ones for as long as calls of theirs are in flight. */
export class Generations {
  current: Generation
  /** Those of all parts: an orphan may outlive the parts that it ran through. */
  readonly orphans: { count: number } = { count: 0 }
  readonly #options: Required<PipelineOptions>
  readonly #events: EventSource
  readonly #leaving = new Set<Generation>()

  constructor(parts: readonly Part[], options: Required<PipelineOptions>, events: EventSource) {
    this.#options = options
    this.#events = events
    this.current = this.#make(parts)
  }

  get inFlight(): number {
    let sum = this.current.inFlight
    for (const { inFlight } of this.#leaving) sum += inFlight
    return sum
  }

  /** New calls use these parts. What cannot be composed changes nothing. */
  replace(parts: readonly Part[]): void {
    const old = this.current
    this.current = this.#make(parts)
    this.#leaving.add(old)
    const leave = (): void => {
      this.#leaving.delete(old)
      this.#disposeUnused(old.parts)
    }
    if (old.inFlight === 0) leave()
    else old.onIdle = leave
  }

  dispose(): void {
    const all = new Set([this.current, ...this.#leaving].flatMap(({ parts }) => parts))
    this.#leaving.clear()
    for (const part of all) this.#dispose(part)
  }

  #make(parts: readonly Part[]): Generation {
    // The caller's own list may change: what runs does not.
    const made = new Generation([...parts], this.#options, this.#events, this.orphans)
    // A bundler may have lost the words of the warnings: a pipeline works without.
    warnOrder(made.parts, this.#options, this.#events).catch(() => {})
    return made
  }

  /** A part may be in several lists: a breaker that is kept when the rest is replaced. */
  #disposeUnused(parts: readonly Part[]): void {
    const used = new Set([this.current, ...this.#leaving].flatMap((each) => each.parts))
    for (const part of new Set(parts)) if (!used.has(part)) this.#dispose(part)
  }

  #dispose(part: Part): void {
    try {
      part.dispose?.()
    } catch (thrown) {
      const report: DiagnosticReported = {
        type: 'diagnostic.reported',
        source: `${part.name}.dispose`,
        errorName: errorName(thrown),
        at: this.#options.clock.now(),
        pipeline: this.#options.name,
      }
      this.#events.publish(report)
    }
  }
}
