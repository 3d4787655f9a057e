import { expect, test } from 'vitest'
import { crashBatch } from './crash-run.ts'

// In all modes, and 200 times: test/slow/batch-crash.test.ts.
test('killed a few times, a batch loses nothing and makes nothing twice', { timeout: 90_000 }, async () => {
  const { kills, unknown } = await crashBatch({ onUnknown: 'skip', keys: false, seed: 7, prompts: 120, maxKills: 4 })
  expect(kills).toBe(4)
  // The kills hit what they are meant to hit.
  expect(unknown).toBeGreaterThan(0)
})
