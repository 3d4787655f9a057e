import { expect, test } from 'vitest'
import type { BatchItem } from '../input/item.ts'
import { usageOf } from './expected-usage.ts'

const item = (more: Partial<BatchItem> = {}): BatchItem => ({
  id: '1',
  line: 1,
  fingerprint: 'f',
  prompt: 'A heron at dawn.',
  settings: {},
  ...more,
})

test('an item uses a token for four letters, and as many pictures as it asks for', () => {
  expect(usageOf(item())).toEqual({ images: 1, inputTokens: 4, outputTokens: 1290 })
  expect(usageOf(item({ settings: { n: 3 } }))).toEqual({ images: 3, inputTokens: 4, outputTokens: 3870 })
  expect(usageOf(item({ settings: { n: 'many' } }))).toMatchObject({ images: 1 })
})
