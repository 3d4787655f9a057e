import { describe, expect, test } from 'vitest'
import { withoutStack } from './without-stack.ts'

describe('withoutStack', () => {
  test('gives the error without the places it came through', () => {
    const error = withoutStack(() => new TypeError('refused'))
    expect([error.message, error.stack]).toEqual(['refused', 'TypeError: refused'])
  })

  test('leaves the stacks of all other errors alone, also when making one fails', () => {
    const limit = Error.stackTraceLimit
    expect(() =>
      withoutStack(() => {
        throw new RangeError('no such error')
      }),
    ).toThrow('no such error')
    expect(Error.stackTraceLimit).toBe(limit)
    expect(new Error('other').stack).toContain('without-stack.test')
  })

  test('works where the limit cannot be changed', () => {
    const before = Object.getOwnPropertyDescriptor(Error, 'stackTraceLimit') as PropertyDescriptor
    Object.defineProperty(Error, 'stackTraceLimit', { ...before, writable: false })
    try {
      expect(withoutStack(() => new Error('refused')).message).toBe('refused')
    } finally {
      Object.defineProperty(Error, 'stackTraceLimit', before)
    }
  })
})
