import { describe, expect, test } from 'vitest'
import { isSpillwayError, NoEndpointReadyError } from '../../index.ts'

describe('NoEndpointReadyError', () => {
  test.each<[NoEndpointReadyError['reason'], number | undefined, string]>([
    [
      'queue_full',
      99.5,
      'none of a, b can take the call now and the queue is full. Send less, or raise queueLimit. The first is due in 100 ms.',
    ],
    ['waited_too_long', undefined, 'none of a, b can answer the call in time.'],
    ['not_allowed', undefined, 'none of a, b may serve the call. See mayServe and maxCost.'],
    ['disposed', undefined, 'the pipeline was disposed of while the call waited for one of a, b.'],
  ])('%s: says why, and what to do', (reason, retryAfterMs, message) => {
    const error = new NoEndpointReadyError('pool', ['a', 'b'], reason, retryAfterMs)
    expect(error).toMatchObject({ reason, message: `pool: ${message}`, verdict: { kind: 'rejected' } })
    expect(error.retryAfterMs).toBe(retryAfterMs)
    expect(isSpillwayError(error)).toBe(true)
    expect(error).not.toHaveProperty('cause')
  })

  test('has the last failure as its cause', () => {
    const busy = new Error('busy')
    expect(new NoEndpointReadyError('pool', ['a'], 'queue_full', 5, busy).cause).toBe(busy)
  })
})
