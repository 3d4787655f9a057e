import type { Clock } from '@spillway/core'
import type { QuotaLevel, QuotaStore, QuotaWish } from './quota-store.ts'

/** The store did not answer in time. */
class StoreTimeoutError extends Error {
  override readonly name = 'StoreTimeoutError'
}

/** What the store says, at once where it can; rejects when it fails or takes longer than `timeoutMs`. */
export const askStore = (
  store: QuotaStore,
  wish: QuotaWish,
  timeoutMs: number,
  clock: Clock,
): QuotaLevel | Promise<QuotaLevel> => {
  const leaving = new AbortController()
  const given = store.take(wish, leaving.signal)
  if (!isPromise(given)) return given
  return new Promise((resolve, reject) => {
    const timer = clock.setTimer(timeoutMs, () => {
      const late = new StoreTimeoutError(`The store did not answer within ${timeoutMs} ms.`)
      leaving.abort(late)
      reject(late)
    })
    Promise.resolve(given)
      .then(resolve, reject)
      .finally(() => timer.cancel())
  })
}

const isPromise = (value: QuotaLevel | PromiseLike<QuotaLevel>): value is PromiseLike<QuotaLevel> => 'then' in value
