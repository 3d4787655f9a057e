import { fc, test as property } from '@fast-check/vitest'
import { expect, test } from 'vitest'
import { composeText, splitText } from './compose-text.ts'

test('an answer is the same for the same prompt and seed, and another for another', () => {
  expect(composeText('Rivers?')).toEqual(composeText('Rivers?'))
  expect(composeText('Rivers?', 1)).not.toEqual(composeText('Rivers?', 2))
  expect(composeText('Rivers?')).not.toEqual(composeText('Lakes?'))
})

test('an answer is as short as asked for', () => {
  expect(composeText('Rivers?', 0, 5)).toHaveLength(5)
  expect(composeText('Rivers?', 0, 0)).toHaveLength(1)
})

property.prop([fc.string({ unit: 'grapheme', minLength: 1 })])(
  'any text splits into tokens that join to it',
  (text) => {
    expect(splitText(text).join('')).toBe(text)
  },
)
