import { expect, test } from 'vitest'
import { nearestWord } from './nearest-word.ts'

const WORDS = ['retry', 'rateLimit', 'timeout', 'timeoutMs', 'maxConcurrency']

test.each([
  ['retyr', 'retry'],
  ['ratelimit', 'rateLimit'],
  ['rate_limit', 'rateLimit'],
  ['timeouts', 'timeout'],
  ['max', 'maxConcurrency'],
  ['colour', undefined],
])('%j is meant to be %j', (word, meant) => {
  expect(nearestWord(word, WORDS)).toBe(meant)
})

test('there is nothing to mean where there are no words', () => {
  expect(nearestWord('retry', [])).toBeUndefined()
})
