import { expect, test } from 'vitest'
import { TimeoutExceededError, type TimeoutPhase } from '../../index.ts'

test.each<[TimeoutPhase, string, object]>([
  ['total', 'The call took longer than 50 ms.', { sent: true, billed: 'unknown' }],
  ['attempt', 'The attempt took longer than 50 ms.', { sent: true, billed: 'unknown' }],
  ['connect', 'No connection stood within 50 ms.', { sent: false, billed: 'no' }],
  ['first_byte', 'No content came within 50 ms.', { sent: true, billed: 'unknown' }],
  ['idle', 'The stream was silent for 50 ms.', { sent: true, billed: 'unknown' }],
])('%s: says what took too long, and whether the provider may be at work', (phase, message, verdict) => {
  const error = new TimeoutExceededError(phase, 50)
  expect(error).toMatchObject({ code: 'ERR_SPILLWAY_TIMEOUT_EXCEEDED', phase, limitMs: 50, message })
  expect(error.verdict).toEqual({ kind: 'transient', code: 'timeout', ...verdict })
  expect(error).not.toHaveProperty('cause')
})
