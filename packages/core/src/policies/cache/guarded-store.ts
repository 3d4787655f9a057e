import type { CallContext } from '../../kernel/call-context.ts'
import type { DiagnosticReported } from '../../kernel/events.ts'
import { isCacheEntry, type CacheEntry, type CacheStore } from './cache-store.ts'

const isPromiseLike = (answer: unknown): answer is PromiseLike<unknown> =>
  typeof answer === 'object' && answer !== null && typeof (answer as Partial<PromiseLike<unknown>>).then === 'function'

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
    try {
      const answer = this.#store.get(key)
      return isPromiseLike(answer) ? answer : entryOf(answer)
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
  async set(key: string, entry: CacheEntry, ttlMs: number, context: CallContext): Promise<boolean> {
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

  #source(method: 'get' | 'set'): string {
    return `${this.#policy}.store.${method}`
  }

  #inTime(method: 'get' | 'set', answer: PromiseLike<unknown>, context: CallContext): Promise<unknown> {
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
      if (method === 'set') timer.unref()
      const stop = context.onAbort(() => end(FAILED))
      answer.then(end, (thrown: unknown) => {
        if (ended) return
        context.report(source, thrown)
        end(FAILED)
      })
    })
  }
}

const FAILED = Symbol('the store failed')

const entryOf = (found: unknown): CacheEntry | undefined => (isCacheEntry(found) ? found : undefined)

/** How a store says that it did not keep what it was given. */
class NotStored extends Error {
  override readonly name = 'NotStored'
}
