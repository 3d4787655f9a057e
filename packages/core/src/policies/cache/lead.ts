import type { CallContext } from '../../kernel/call-context.ts'
import type { Timer } from '../../kernel/clock.ts'
import { leaseOwner } from '../../primitives/leases.ts'
import { isUnsharedMark, type CacheEntry } from './cache-store.ts'
import type { Flight } from './flight.ts'
import type { GuardedStore, LeaseWanted } from './guarded-store.ts'
import { Wake } from './wake.ts'

/**
 * Who waits for another process looks when it is told that the lead was given back, and, as that may be lost, after this share
 * of the time it has waited, within bounds in milliseconds.
 */
const LOOK_RATIO = 0.1
const FIRST_LOOK_MS = 50
const LAST_LOOK_MS = 1000
/** How often a lease is renewed while it lasts: two renewals may be lost. */
const RENEWALS = 3

/** What a flight knows before it asks for the lead. */
interface Search {
  /** What was stored when it began. */
  readonly known: CacheEntry | undefined
  readonly isFresh: (entry: CacheEntry) => boolean
  /** Called once, when another process turns out to be at work. */
  readonly followed: () => void
}

/**
 * A flight's part in the election across processes: one of them leads and works, the others follow and wait for what it
 * stores. It is given back when the work has ended, in whichever way, and is over by itself when the process has died.
 */
export class Lead {
  readonly #store: GuardedStore
  readonly #wanted: LeaseWanted
  readonly #flight: Flight
  readonly #context: CallContext
  #renewal: Timer | undefined
  #over = false

  constructor(store: GuardedStore, key: string, leaseMs: number, flight: Flight) {
    this.#store = store
    this.#wanted = { key, leaseMs, owner: leaseOwner() }
    this.#flight = flight
    this.#context = flight.context
    this.#context.onAbort(() => this.release())
  }

  /** Waits until it is up to this process: `undefined`. Or until another one has stored an answer. */
  async search(search: Search): Promise<CacheEntry | undefined> {
    const wake = new Wake()
    let unwatch: (() => void) | undefined
    const follow = (): void => {
      unwatch = this.#store.watch(this.#wanted.key, this.#context, () => wake.call())
      search.followed()
    }
    try {
      return await this.#searchUntil(wake, { ...search, followed: follow })
    } finally {
      unwatch?.()
    }
  }

  async #searchUntil(wake: Wake, { known, isFresh, followed }: Search): Promise<CacheEntry | undefined> {
    const { clock } = this.#context.call
    const since = clock.now()
    for (let first = true; ; first = false) {
      const othersMs = await this.#store.take(this.#wanted, this.#context, 'take')
      // Without the store nobody can be followed.
      if (othersMs === undefined || this.#context.aborted) return undefined
      // After taking, not before: whoever led until now has stored first.
      const entry = await this.#store.look(this.#wanted.key, this.#context)
      if (this.#context.aborted) return undefined
      if (isUnsharedMark(entry)) {
        this.release()
        return undefined
      }
      // What came while it waited is what it waited for, whatever the clock of whoever stored it says.
      if (entry !== undefined && (first ? isFresh(entry) : entry.storedAt !== known?.storedAt)) {
        this.release()
        return entry
      }
      if (othersMs === 0) {
        this.#renewLater()
        return undefined
      }
      // Nobody waits for a renewal: whoever leads does it for all.
      this.#flight.endBackground('Another process renews it.')
      if (this.#context.aborted) return undefined
      if (first) followed()
      if (!(await wake.sleep(this.#pauseMs(clock.now() - since), this.#context))) return undefined
    }
  }

  /** Lets another process work on it, or find the answer. */
  release(): void {
    if (this.#over) return
    this.#over = true
    this.#renewal?.cancel()
    this.#store.release(this.#wanted, this.#context)
  }

  /**
   * There is an answer, and it is for this process alone: for the time of a lease nobody waits for another, where otherwise
   * one after the other would find that out.
   */
  async releaseUnshared(): Promise<void> {
    const { key, leaseMs } = this.#wanted
    if (!this.#over) await this.#store.set(key, { unshared: true }, leaseMs, this.#context)
    this.release()
  }

  #pauseMs(waitedMs: number): number {
    const pauseMs = Math.min(LAST_LOOK_MS, Math.max(FIRST_LOOK_MS, LOOK_RATIO * waitedMs))
    return pauseMs * (0.5 + this.#context.call.random())
  }

  #renewLater(): void {
    const { clock } = this.#context.call
    this.#renewal = clock.setTimer(this.#wanted.leaseMs / RENEWALS, () => void this.#renew())
    this.#renewal.unref()
  }

  async #renew(): Promise<void> {
    // What was forgotten is asked for anew, by whoever comes.
    if (this.#flight.forgotten) return
    const othersMs = await this.#store.take(this.#wanted, this.#context, 'renew')
    // Too late: another one leads, and this one's answer comes all the same.
    if (!this.#over && !(othersMs !== undefined && othersMs > 0)) this.#renewLater()
  }
}
