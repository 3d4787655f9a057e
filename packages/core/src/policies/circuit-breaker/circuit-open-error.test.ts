import { describe, expect, test } from 'vitest'
import { CircuitOpenError, isSpillwayError } from '../../index.ts'

describe('CircuitOpenError', () => {
  test.each<[number, CircuitOpenError['reason'] | undefined, string, string]>([
    [1500.2, undefined, 'open', 'is open after failures. The next probe is due in 1501 ms.'],
    [Infinity, 'open', 'open', 'is open after failures. The next probe is due when that ends.'],
    [
      3000,
      'half_open',
      'half_open',
      'is open after failures, and a probe is under way. The next call may go in 3000 ms.',
    ],
    [20, 'closed', 'closed', 'has just closed and lets calls through step by step. The next may go in 20 ms.'],
    [Infinity, undefined, 'isolated', 'is held open by hand. Close it to let calls through.'],
    [5, 'disposed', 'disposed', 'was open when the pipeline was disposed of, and the call waited for a probe.'],
  ])('%d ms, reason %s: says why, and when', (retryAfterMs, given, reason, message) => {
    const error = new CircuitOpenError('breaker', 'relay', retryAfterMs, undefined, given)
    expect(error).toMatchObject({ reason, retryAfterMs, message: `breaker (relay) ${message}` })
    expect(isSpillwayError(error)).toBe(true)
  })

  test('has a cause only where something opened it', () => {
    const busy = new Error('busy')
    expect(new CircuitOpenError('breaker', '', 5, busy).cause).toBe(busy)
    expect(new CircuitOpenError('breaker', '', 5)).not.toHaveProperty('cause')
  })
})
