import { describe, expect, test } from 'vitest'
import { BulkheadFullError, isSpillwayError } from '../../index.ts'

describe('BulkheadFullError', () => {
  const advice = 'Send less at once, or raise maxConcurrency or'

  test.each<[BulkheadFullError['reason'], number, string]>([
    ['queue_full', 0, `all 3 places are taken and nobody may wait. ${advice} queueLimit.`],
    ['queue_full', 7, `all 3 places and 7 seats in the queue are taken. ${advice} queueLimit.`],
    ['waited_too_long', 7, `none of 3 places became free in time. ${advice} maxWaitMs.`],
    ['disposed', 7, 'the pipeline was disposed of while the call waited for a place.'],
  ])('%s with %i seats: says why, and what to do', (reason, queueLimit, message) => {
    const error = new BulkheadFullError('images', reason, 3, queueLimit)
    expect(error).toMatchObject({ reason, message: `images: ${message}` })
    expect(isSpillwayError(error)).toBe(true)
  })

  test('has a cause only where an attempt has failed before', () => {
    const busy = new Error('busy')
    expect(new BulkheadFullError('images', 'queue_full', 1, 0, busy).cause).toBe(busy)
    expect(new BulkheadFullError('images', 'queue_full', 1, 0)).not.toHaveProperty('cause')
  })
})
