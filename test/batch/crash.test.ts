import { expect, test } from 'vitest'
import { crashBatch } from './crash-run.ts'

test.each([
  ['makes nothing twice', 'skip', false],
  ['makes twice what was reported, where that is wanted', 'again', false],
  ['makes nothing twice at a model that heeds keys', 'again', true],
] as const)('killed a few times, a batch loses nothing and %s', { timeout: 90_000 }, async (_, onUnknown, keys) => {
  const { kills, unknown } = await crashBatch({ onUnknown, keys, seed: 7, prompts: 120, maxKills: 4 })
  expect(kills).toBe(4)
  // The kills hit what they are meant to hit. Whether four of them hit an answer as well is chance: the two hundred do.
  if (onUnknown === 'skip') expect(unknown).toBeGreaterThan(0)
})
