import { systemClock, type Clock } from '../../kernel/clock.ts'
import {
  checkSnapshot,
  type CircuitBreakerSnapshot,
  type SavedCircuit,
  type SnapshotRefusal,
} from './circuit-snapshot.ts'
import type { Circuit } from './circuit.ts'

/** Monotonic and wall time of one instant. */
const toWallMs = (clock: Clock): number => clock.wallTime() - clock.now()

/** Saved partitions that wait for a clock: a breaker has none before its first call. */
export class SavedCircuits {
  #savedAt = 0
  #waiting = new Map<string, SavedCircuit>()

  /** Takes data in, or says what is wrong with it. */
  accept(data: unknown): SnapshotRefusal | undefined {
    const refusal = checkSnapshot(data)
    if (refusal !== undefined) return refusal
    const { savedAt, partitions } = data as CircuitBreakerSnapshot
    this.#savedAt = savedAt
    this.#waiting = new Map(Object.entries(partitions))
    return undefined
  }

  get size(): number {
    return this.#waiting.size
  }

  get(partition: string): SavedCircuit | undefined {
    return this.#waiting.get(partition)
  }

  /** What was done by hand since goes before what was saved. */
  forget(partition: string): void {
    this.#waiting.delete(partition)
  }

  /** Puts each into its circuit. `told` hears whether its strategy fitted. */
  release(
    clock: Clock,
    circuitOf: (partition: string) => Circuit<never>,
    told: (partition: string, circuit: Circuit<never>, fits: boolean) => void,
  ): void {
    const waiting = this.#waiting
    this.#waiting = new Map()
    const now = clock.now()
    for (const [partition, saved] of waiting) {
      const circuit = circuitOf(partition)
      told(partition, circuit, circuit.restore(saved, this.#savedAt, now, toWallMs(clock)))
    }
  }

  /** Everything that is known: of the circuits, and what still waits. */
  save(clock: Clock | undefined, circuits: Iterable<readonly [string, Circuit<never>]>): CircuitBreakerSnapshot {
    const offsetMs = toWallMs(clock ?? systemClock)
    const saved = new Map(this.#waiting)
    for (const [partition, circuit] of circuits) saved.set(partition, circuit.save(offsetMs))
    const savedAt = this.#waiting.size > 0 ? this.#savedAt : (clock ?? systemClock).wallTime()
    return { version: 1, savedAt, partitions: Object.fromEntries(saved) }
  }
}
