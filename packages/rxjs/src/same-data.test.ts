import { isDeepStrictEqual } from 'node:util'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { sameData } from './same-data.ts'

/** Small, so that equal ones are common. */
const data = fc.letrec((tie) => ({
  any: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom(undefined, null, 0, 1, NaN, Infinity, 'a', true),
    fc.array(tie('any'), { maxLength: 2 }),
    fc.dictionary(fc.constantFrom('a', 'b', '0'), tie('any'), { maxKeys: 2, noNullPrototype: true }),
  ),
})).any

test('sameData says of plain data what isDeepStrictEqual says', () => {
  fc.assert(
    fc.property(data, data, (one, other) => {
      expect(sameData(one, other)).toBe(isDeepStrictEqual(one, other))
      expect(sameData(one, structuredClone(one))).toBe(true)
    }),
    { numRuns: 2000 },
  )
})

test.each([
  [{ a: undefined }, {}],
  [{ a: undefined }, { b: undefined }],
  [[1], { 0: 1 }],
  [[], {}],
  [{}, null],
])('%o and %o differ', (one, other) => {
  expect(sameData(one, other)).toBe(false)
  expect(sameData(other, one)).toBe(false)
})
