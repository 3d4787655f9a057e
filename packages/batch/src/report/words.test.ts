import { expect, test } from 'vitest'
import { duration, moment, money, percent, tick } from './words.ts'

const HOUR = 3_600_000

test.each([
  [0, '0 s'],
  [4234, '4.2 s'],
  [9960, '10 s'],
  [59_600, '1 min'],
  [65_000, '1 min 5 s'],
  [98 * 60_000, '1 h 38 min'],
  [24 * HOUR - 1, '1 d'],
  [51 * HOUR, '2 d 3 h'],
])('%d ms is %s', (ms, text) => {
  expect(duration(ms)).toBe(text)
})

test.each([
  [0, '0.00'],
  [0.00004, '0.00004'],
  [0.048, '0.048'],
  [1234.5, '1,234.50'],
])('%d is %s of money', (value, text) => {
  expect(money(value)).toBe(text)
})

test('what is not all is never 100 %', () => {
  expect([percent(9999, 10_000), percent(1, 10_000), percent(0, 5), percent(5, 5), percent(0, 0)]).toEqual([
    '> 99.9 %',
    '< 0.1 %',
    '0 %',
    '100 %',
    '–',
  ])
})

test('instants are UTC', () => {
  const noon = Date.UTC(2026, 2, 2, 12, 5, 9)
  expect([moment(noon), tick(noon, HOUR), tick(noon, 1000), tick(Date.UTC(2026, 2, 3), HOUR)]).toEqual([
    '2 Mar 2026, 12:05',
    '12:05',
    '12:05:09',
    '3 Mar',
  ])
})
