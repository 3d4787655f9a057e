import { describe, expect, test } from 'vitest'
import { isSpillwayError, RateLimitExceededError } from '../../index.ts'

describe('RateLimitExceededError', () => {
  test.each<[RateLimitExceededError['reason'], number | undefined, string]>([
    [
      'queue_full',
      1500.2,
      'no permit is free and the queue is full. One is due in 1501 ms. Send less, or raise queueLimit.',
    ],
    [
      'waited_too_long',
      undefined,
      "no permit becomes free in time. Send less, or raise maxWaitMs or the call's own deadline.",
    ],
    ['disposed', undefined, 'the pipeline was disposed of while the call waited for a permit.'],
  ])('%s, %d ms: says why, when, and what to do', (reason, retryAfterMs, message) => {
    const error = new RateLimitExceededError('quota', 'relay', reason, retryAfterMs)
    expect(error).toMatchObject({ reason, message: `quota (relay): ${message}` })
    expect(error.verdict).toMatchObject({ kind: 'rejected', scope: 'endpoint' })
    expect(isSpillwayError(error)).toBe(true)
  })

  test('has a cause and a wait only where there are any', () => {
    const busy = new Error('busy')
    expect(new RateLimitExceededError('quota', '', 'queue_full', 5, busy)).toMatchObject({
      cause: busy,
      retryAfterMs: 5,
    })
    const bare = new RateLimitExceededError('quota', '', 'queue_full')
    expect(bare).not.toHaveProperty('cause')
    expect(bare.retryAfterMs).toBeUndefined()
  })
})
