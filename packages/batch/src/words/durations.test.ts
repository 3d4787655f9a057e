import { expect, test } from 'vitest'
import { clockTime, duration, roughDuration } from './durations.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE

test.each([
  [0, '0 s'],
  [900, '0.9 s'],
  [4234, '4.2 s'],
  [9960, '10 s'],
  [31_000, '31 s'],
  [59_600, '1 min'],
  [65_000, '1 min 5 s'],
  [119_000, '1 min 59 s'],
  [10 * MINUTE - 1, '10 min'],
  [12 * MINUTE + 34_000, '13 min'],
  [HOUR - 1, '1 h'],
  [98 * MINUTE, '1 h 38 min'],
  [24 * HOUR - 1, '1 d'],
  [51 * HOUR, '2 d 3 h'],
])('%d ms is %s', (ms, text) => {
  expect(duration(ms)).toBe(text)
})

test.each([
  [4234, '4 s'],
  [59_000, '59 s'],
  [59_900, '1 min'],
  [65_000, '1 min'],
  [98 * MINUTE + 20_000, '1 h 38 min'],
])('%d ms is about %s', (ms, text) => {
  expect(roughDuration(ms)).toBe(text)
})

test('a clock counts from the start', () => {
  expect([clockTime(192_000), clockTime(3_792_000), clockTime(-5)]).toEqual(['03:12', '1:03:12', '00:00'])
})
