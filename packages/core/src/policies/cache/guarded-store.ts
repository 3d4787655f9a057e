import type { CallContext } from '../../kernel/call-context.ts'
import type { DiagnosticReported } from '../../kernel/events.ts'
import { isCacheEntry, isUnsharedMark, type CacheEntry, type CacheStore, type UnsharedMark } from './cache-store.ts'

const isPromiseLike = (answer: unknown): answer is PromiseLike<unknown> =>
  typeof answer === 'object' && answer !== null && typeof (answer as Partial<PromiseLike<unknown>>).then === 'function'

/** Who wants to lead, and for how long. */
export interface LeaseWanted {
  readonly key: string
  readonly owner: string
  readonly leaseMs: number
}

/** A store that can hurt nobody: what fails or hangs is told in a diagnostic event and counts as nothing stored. */
export class GuardedStore {
  readonly #policy: string
  readonly #store: CacheStore
  readonly #timeoutMs: number

  constructor(policy: string, store: CacheStore, timeoutMs: number) {
    this.#policy = policy
    this.#store = store
    this.#timeoutMs = timeoutMs
  }

  /** What the store has, or what will bring it: that is for {@link arrived}. */
  get(key: string, context: CallContext): CacheEntry | undefined | PromiseLike<unknown> {
    const answer = this.#ask(key, context)
    return isPromiseLike(answer) ? answer : entryOf(answer)
  }

  /** What another process has left. */
  async look(key: string, context: CallContext): Promise<CacheEntry | UnsharedMark | undefined> {
    const answer = this.#ask(key, context)
    const found = isPromiseLike(answer) ? await this.#inTime('get', answer, context) : answer
    return isUnsharedMark(found) ? found : entryOf(found)
  }

  #ask(key: string, context: CallContext): unknown {
    try {
      return this.#store.get(key)
    } catch (thrown) {
      context.report(this.#source('get'), thrown)
      return undefined
    }
  }

  /** The entry that was asked for, in time and as long as the context lasts. */
  async arrived(answer: PromiseLike<unknown>, context: CallContext): Promise<CacheEntry | undefined> {
    return entryOf(await this.#inTime('get', answer, context))
  }

  /** Whether it was kept. No caller waits for that, so that it keeps no process alive. */
  async set(key: string, entry: CacheEntry | UnsharedMark, ttlMs: number, context: CallContext): Promise<boolean> {
    try {
      const answer = ttlMs === Infinity ? this.#store.set(key, entry) : this.#store.set(key, entry, ttlMs)
      const kept = isPromiseLike(answer) ? await this.#inTime('set', answer, context) : answer
      if (kept === false) throw new NotStored()
      return kept !== FAILED
    } catch (thrown) {
      context.report(this.#source('set'), thrown)
      return false
    }
  }

  /** Whether several processes work on one key one at a time. */
  get hasLeases(): boolean {
    return this.#store.leases !== undefined
  }

  /**
   * 0: it leads, or still does. Otherwise the milliseconds that another may lead; `undefined` where nobody can say.
   *
   * @param method whether a caller waits for it, or it leads and works
   */
  async take(
    { key, owner, leaseMs }: LeaseWanted,
    context: CallContext,
    method: 'take' | 'renew',
  ): Promise<number | undefined> {
    try {
      const answer = this.#store.leases?.take(key, owner, leaseMs)
      const othersMs = isPromiseLike(answer) ? await this.#inTime(method, answer, context) : answer
      return typeof othersMs === 'number' && othersMs >= 0 ? othersMs : undefined
    } catch (thrown) {
      context.report(this.#source(method), thrown)
      return undefined
    }
  }

  /** Where leases tell that one was given back. The answer ends it. */
  watch(key: string, context: CallContext, released: () => void): () => void {
    try {
      return this.#store.leases?.watch?.(key, released) ?? NOT_WATCHED
    } catch (thrown) {
      context.report(this.#source('watch'), thrown)
      return NOT_WATCHED
    }
  }

  /** Nobody waits for that. */
  release({ key, owner }: LeaseWanted, context: CallContext): void {
    const report = (thrown: unknown): void => context.report(this.#source('release'), thrown)
    try {
      const answer = this.#store.leases?.release(key, owner)
      if (isPromiseLike(answer)) answer.then(undefined, report)
    } catch (thrown) {
      report(thrown)
    }
  }

  #source(method: Method): string {
    return `${this.#policy}.store.${method}`
  }

  #inTime(method: Method, answer: PromiseLike<unknown>, context: CallContext): Promise<unknown> {
    const source = this.#source(method)
    return new Promise((resolve) => {
      let ended = false
      const end = (result: unknown): void => {
        ended = true
        timer.cancel()
        stop()
        resolve(result)
      }
      const timer = context.call.clock.setTimer(this.#timeoutMs, () => {
        context.emit<DiagnosticReported>({ type: 'diagnostic.reported', source, errorName: 'TimeoutError' })
        end(FAILED)
      })
      if (method === 'set' || method === 'renew') timer.unref()
      const stop = context.onAbort(() => end(FAILED))
      answer.then(end, (thrown: unknown) => {
        if (ended) return
        context.report(source, thrown)
        end(FAILED)
      })
    })
  }
}

type Method = 'get' | 'set' | 'take' | 'renew' | 'release' | 'watch'

const FAILED = Symbol('the store failed')

const NOT_WATCHED = (): void => {}

const entryOf = (found: unknown): CacheEntry | undefined => (isCacheEntry(found) ? found : undefined)

/** How a store says that it did not keep what it was given. */
class NotStored extends Error {
  override readonly name = 'NotStored'
}
