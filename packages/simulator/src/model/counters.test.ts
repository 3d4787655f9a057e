import { expect, test } from 'vitest'
import { createCounterBook, sumCounters } from './counters.ts'

test('a sum adds counts, takes the highest peaks, and knows a prompt made at two endpoints', () => {
  const [a, b] = [createCounterBook(), createCounterBook()]
  Object.assign(a, { requests: 3, images: 2, usefulMs: 1_500, peakInFlight: 4, peakQueue: 7 })
  Object.assign(b, { requests: 1, images: 1, usefulMs: 500, peakInFlight: 9, peakQueue: 2 })
  a.prompts.set('fox', 1).set('owl', 1)
  b.prompts.set('fox', 2)
  for (const book of [a, b]) {
    book.outcome('ok')
    book.refused('queue')
    book.key('secret')
  }
  const sum = sumCounters([a, b])
  expect(sum).toMatchObject({
    requests: 4,
    images: 3,
    outcomes: { ok: 2 },
    refusedBy: { queue: 2 },
    upstreamSeconds: { useful: 2, wasted: 0 },
    peakInFlight: 9,
    peakQueue: 7,
    distinctPrompts: 2,
    promptsByTimesMade: { '1': 1, '3': 1 },
  })
  expect(Object.values(sum.requestsByKey)).toEqual([2])
  expect(JSON.stringify(sum)).not.toContain('secret')
})
