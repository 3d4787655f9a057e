import { fc, test as property } from '@fast-check/vitest'
import { describe, expect, test } from 'vitest'
import { asText, fromText } from './kept-value.ts'

const text = fc.oneof(fc.string(), fc.constantFrom('$bytes', '$plain', '__proto__', 'constructor', 'toString'))

/** Plain data with bytes in it, and with names that look like ours. */
const { value } = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom(null, true, false),
    fc.double({ noNaN: true, noDefaultInfinity: true }).filter((number) => !Object.is(number, -0)),
    text,
    fc.uint8Array(),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.array(fc.tuple(text, tie('value')), { maxLength: 4 }).map((fields) => Object.fromEntries(fields)),
  ),
}))

describe('a kept value', () => {
  property.prop([value])('comes back as it was', (kept) => {
    expect(fromText(asText(kept))).toEqual(kept)
  })

  test('brings bytes back as bytes, those of a part of a buffer too', () => {
    const picture = new Uint8Array([1, 2, 3, 255]).subarray(1, 3)
    expect(fromText(asText({ images: [picture, Buffer.from('ä')] }))).toEqual({
      images: [new Uint8Array([2, 3]), new Uint8Array(Buffer.from('ä'))],
    })
  })

  test('changes no prototype, whatever its fields are called', () => {
    const back = fromText('{"__proto__":{"polluted":true},"a":{"$plain":{"__proto__":{"polluted":true}}}}')
    expect(Object.getPrototypeOf(back)).toBe(Object.prototype)
    expect([(back as { polluted?: boolean }).polluted, ({} as { polluted?: boolean }).polluted]).toEqual([
      undefined,
      undefined,
    ])
  })

  test('leaves fields out that have no value', () => {
    expect(asText({ a: undefined, b: 1 })).toBe('{"b":1}')
  })

  const circle: unknown[] = []
  circle.push(circle)

  test.each([
    ['a date', new Date(0)],
    ['a map', new Map()],
    ['a set', new Set()],
    ['an instance', new URL('http://127.0.0.1')],
    ['a response', new Response('x')],
    ['a function', () => 1],
    ['a bigint', 1n],
    ['NaN', Number.NaN],
    ['Infinity', Infinity],
    ['nothing in a list', [undefined]],
    ['a symbol', Symbol('x')],
    ['a circle', circle],
    ['floats', new Float32Array(1)],
  ])('is refused with %s in it, without a word of it', (_, part) => {
    expect(() => asText({ secret: 'hunter2', part })).toThrow(/cannot be kept/)
    expect(() => asText({ secret: 'hunter2', part })).not.toThrow(/hunter2/)
  })
})
