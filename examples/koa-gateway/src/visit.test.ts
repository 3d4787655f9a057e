import { expect, test } from 'vitest'
import { visit } from './visit.ts'

test('the gateway answers, refuses and stops as its README says', { timeout: 30_000 }, async () => {
  const lines: string[] = []
  for await (const line of visit()) lines.push(line)
  expect(lines).toEqual([
    'ann: 200 "water goes past the dam", 2 requests to the model',
    'bob: left after the first word, 1 generation ended for him',
    'cleo: told in time that there is no time',
    'ann: 200',
    'ann: 200',
    'ann: 429, RateLimit "chat";r=0',
    'health: pass',
    'stopped: nothing cut, ready said 503',
  ])
})
