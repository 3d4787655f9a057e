import { describe, expect, it } from 'vitest'
import { amount, duration, moment, oneOf, several, wholeNumber } from './values.ts'

describe('values on the command line', () => {
  it.each([
    ['90s', 90_000],
    ['8h', 28_800_000],
    ['1h30m', 5_400_000],
    ['1.5h', 5_400_000],
    ['2d', 172_800_000],
  ])('%s is a length of time', (text, ms) => {
    expect(duration(text)).toBe(ms)
    expect(moment(text)).toEqual({ inMs: ms })
  })

  it.each(['', '8', 'h', '0s', '-8h', '8 h', '8h!', '1e3s', '8hours', 'Infinity'])('%j is none', (text) => {
    expect(() => duration(text)).toThrow('It takes a length of time')
    expect(() => moment(text)).toThrow('or a moment')
  })

  it('a moment is an ISO time', () => {
    expect(moment('2026-03-03T06:00Z')).toEqual({ at: Date.UTC(2026, 2, 3, 6) })
    expect(() => moment('2026-13-03T06:00Z')).toThrow('or a moment')
  })

  it.each(['', '-1', '1.5', '1e3', 'ten', '0x10', ' 1', '9'.repeat(20)])('%j is no whole number', (text) => {
    expect(() => wholeNumber(0)(text)).toThrow('a whole number of at least 0')
  })

  it.each(['', '-1', '1e3', 'ten', '1,50', '.'])('%j is no sum of money', (text) => {
    expect(() => amount(text)).toThrow('It takes a number from 0')
  })

  it('takes what is right', () => {
    expect([wholeNumber(1)('12'), amount('12.50'), amount('.5'), oneOf('a', 'b')('b')]).toEqual([12, 12.5, 0.5, 'b'])
    expect(several('b', ['a'])).toEqual(['a', 'b'])
    expect(() => oneOf('skip', 'again')('maybe')).toThrow('It takes one of skip, again.')
  })
})
