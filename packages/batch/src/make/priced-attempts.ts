import type { Prices } from '@spillway/core'
import type { BatchItem } from '../input/item.ts'
import { costOfAnswer } from './cost.ts'
import type { AttemptListener } from './make.ts'

/** Passes on what is told of an item's requests, and what each has cost, where the provider says what it used. */
export const pricedAttempts = (prices: Prices, item: BatchItem, attempts: AttemptListener): AttemptListener => {
  const models = new Map<string, string>()
  return {
    sending(attempt) {
      models.set(attempt.endpoint, attempt.model)
      return attempts.sending(attempt)
    },
    ended(end) {
      const { endpoint, billed, usage } = end
      const model = models.get(endpoint)
      const cost =
        billed === 'no' || usage === undefined || model === undefined
          ? undefined
          : costOfAnswer(prices, { item, model, usage })
      attempts.ended(cost === undefined ? end : { ...end, cost })
    },
    ...(attempts.queueing && { queueing: attempts.queueing.bind(attempts) }),
  }
}
