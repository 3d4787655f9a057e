import { expect, test } from 'vitest'
import { count, counted, listed, money, percent, rate } from './amounts.ts'

test('large numbers can be read', () => {
  expect([count(7), count(1193), counted(1, 'image'), counted(0, 'image'), counted(12_000, 'image')]).toEqual([
    '7',
    '1,193',
    '1 image',
    '0 images',
    '12,000 images',
  ])
})

test.each([
  [0, '0.00'],
  [0.00004, '0.00004'],
  [0.048, '0.048'],
  [16.4, '16.40'],
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
  expect(percent(0.714)).toBe('71.4 %')
})

test('rates and lists', () => {
  expect([rate(9.84), rate(10, 'image')]).toEqual(['9.8/min', '10.0 images/min'])
  expect([listed([]), listed(['a']), listed(['a', 'b', 'c'])]).toEqual(['', 'a', 'a, b and c'])
})
