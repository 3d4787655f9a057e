import { fc, test as property } from '@fast-check/vitest'
import { expect, test } from 'vitest'
import { asGoDuration, asProtoDuration, retryAfterHeaders } from './hints.ts'

test.each([
  [0, '0ms'],
  [20, '20ms'],
  [999.7, '1s'],
  [1500, '1.5s'],
  [59_999.7, '1m0s'],
  [360_000, '6m0s'],
  [37_025_700, '10h17m5.7s'],
])('%d ms is %s to Go', (ms, expected) => {
  expect(asGoDuration(ms)).toBe(expected)
})

property.prop([fc.double({ min: 0, max: 1e9, noNaN: true })])('a duration reads back as what it was', (ms) => {
  const [, hours = 0, minutes = 0, seconds = 0, rest] =
    /^(?:(\d+)h)?(?:(\d+)m(?!s))?(?:([\d.]+)s)?(?:([\d.]+)ms)?$/.exec(asGoDuration(ms)) ?? []
  const read = rest === undefined ? ((+hours * 60 + +minutes) * 60 + +seconds) * 1000 : Number(rest)
  expect(Math.abs(read - ms)).toBeLessThanOrEqual(0.51)
  expect(+seconds).toBeLessThan(60)
  expect(Math.abs(Number.parseFloat(asProtoDuration(ms)) * 1000 - ms)).toBeLessThanOrEqual(0.001)
})

test('whole seconds are only promised where a second is one', () => {
  expect(retryAfterHeaders(250, 1)).toEqual({ 'retry-after': '1', 'retry-after-ms': '250' })
  expect(retryAfterHeaders(250, 100)).toEqual({ 'retry-after-ms': '250' })
})
