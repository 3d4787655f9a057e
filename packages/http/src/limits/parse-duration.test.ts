import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseDurationMs } from './parse-duration.ts'

test.for([
  ['23s', 23_000],
  ['0.9s', 900],
  ['900ms', 900],
  ['6m0s', 360_000],
  ['10h17m5.7s', 37_025_700],
  ['1d', 86_400_000],
  ['20µs', 0.02],
] as const)('%s is %d ms', ([text, expected]) => {
  expect(parseDurationMs(text)).toBeCloseTo(expected, 6)
})

test.for(['', '5', 's', '-5s', '5 s', '5x', '1..2s', '5s!', 'NaNs', '1e3s', '1s'.repeat(30)])(
  '"%s" is none',
  (text) => {
    expect(parseDurationMs(text)).toBeUndefined()
  },
)

test('hours, minutes and seconds add up', () => {
  const part = fc.nat({ max: 59 })
  fc.assert(
    fc.property(part, part, part, (hours, minutes, seconds) => {
      expect(parseDurationMs(`${hours}h${minutes}m${seconds}s`)).toBe(((hours * 60 + minutes) * 60 + seconds) * 1000)
    }),
  )
})
