import { existsSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { learnedLoadProfile } from '@spillway/core'
import { VirtualClock } from '@spillway/core/testing'
import { describe, expect, it, test } from 'vitest'
import { asTyped } from '../as-typed.ts'
import { exitCodeOf } from './exit-code-of.ts'
import { profileFileOf, profileOf } from './load-profile.ts'
import { deadlineOf, latestStartOf } from './moments.ts'
import { pricesFor } from './prices.ts'
import { differenceLines, summaryLines } from './summary.ts'

const folder = mkdtempSync(join(tmpdir(), 'spillway-plan-'))
const fileOf = (name: string, content: unknown): string => {
  const path = join(folder, name)
  writeFileSync(path, JSON.stringify(content))
  return path
}

describe('prices', () => {
  it('are one for every picture, or those of a file', async () => {
    expect(await pricesFor({ pricePerImage: 0.04 }, ['a', 'b'])).toEqual({
      a: { perImage: 0.04 },
      b: { perImage: 0.04 },
    })
    const prices = fileOf('prices.json', { a: { perImage: 0.1 } })
    expect(await pricesFor({ prices, maxCost: 5 }, ['a'])).toEqual({ a: { perImage: 0.1 } })
    expect(await pricesFor({}, ['a'])).toBeUndefined()
  })

  it.each([
    [{ maxCost: 5 }, /^--max-cost needs to know what a picture costs/],
    [{ pricePerImage: 1, prices: 'x' }, /give one of them/],
    [{ prices: '/nowhere.json' }, /^\/nowhere\.json: there is no such file/],
    [{ prices: fileOf('wrong.json', { a: { perImage: 'much' } }) }, /wrong\.json: prices\['a'\]\.perImage must be/],
    [{ prices: fileOf('other.json', { b: {} }), maxCost: 5 }, /none for a\.$/],
  ])('%j is refused', async (options, words) => {
    await expect(pricesFor(options, ['a'])).rejects.toThrow(words)
  })
})

describe('the profile of the hours', () => {
  it('begins with the bands, and goes on with what earlier runs have learned', async () => {
    const bands = fileOf('bands.json', [{ fromHour: 0, level: 'peak' }])
    expect((await profileOf('/nowhere', { bands })).levelAt(0)).toBe('peak')
    const learned = learnedLoadProfile()
    for (let i = 0; i < 40; i++) learned.record({ wallTime: Date.UTC(2026, 0, 1, 2), overloadedRatio: 0.9 })
    const profile = fileOf('profile.json', learned.snapshot())
    expect((await profileOf('/nowhere', { profile })).levelAt(Date.UTC(2026, 0, 2, 2))).toBe('peak')
    expect(profileFileOf('images', {})).toBe(join('images', '.spillway', 'load-profile.json'))
    expect(existsSync('/nowhere')).toBe(false)
  })

  it('names the file that is none', async () => {
    const profile = fileOf('no-profile.json', { version: 7 })
    await expect(profileOf('/nowhere', { profile })).rejects.toThrow(`${profile}: learnedLoadProfile.restore`)
    await expect(profileOf('/nowhere', { bands: profile })).rejects.toThrow(`${profile}: loadProfile must be`)
  })
})

test('a deadline is in so long, or at a moment of the clock, and in any case ahead', async () => {
  const clock = new VirtualClock(Date.UTC(2026, 2, 2, 22))
  await clock.advance(1000)
  expect(deadlineOf({ inMs: 5000 }, clock)).toEqual({ at: 6000, wall: Date.UTC(2026, 2, 2, 22) + 6000 })
  expect(deadlineOf({ at: Date.UTC(2026, 2, 3, 6) }, clock).at).toBe(8 * 3_600_000)
  expect(() => deadlineOf({ at: Date.UTC(2026, 2, 2, 21) }, clock)).toThrow(
    '--deadline 2026-03-02T21:00:00.000Z has passed.',
  )
})

test('off-peak work leaves half as much time again as it should take, and ten minutes at least', () => {
  const deadline = { at: 28_800_000, wall: 0 }
  expect(latestStartOf(deadline, 3, undefined)).toBe(28_800_000 - 600_000)
  expect(latestStartOf(deadline, 1000, undefined)).toBe(28_800_000 - 1.5 * 1_875_000)
  expect(latestStartOf(deadline, 1000, 10)).toBe(28_800_000 - 1.5 * 6_000_000)
})

const COUNTS = { waiting: 0, sent: 0, saving: 0, done: 3, failed: 0, unknown: 0 }

test.each([
  ['finished', {}, 0],
  ['finished', { failed: 1 }, 1],
  ['finished', { unknown: 1 }, 1],
  ['limit', { waiting: 5 }, 0],
  ['cost', { failed: 1 }, 3],
  ['errors', { failed: 1 }, 3],
  ['deadline', {}, 3],
  ['disk', {}, 3],
] as const)('stopped by %s with %j ends with %i', (stopped, counts, code) => {
  expect(exitCodeOf({ stopped, counts: { ...COUNTS, ...counts } })).toBe(code)
})

test('how to go on is a command that a shell takes', () => {
  const typed = asTyped({ env: {}, args: ['run', "it's.txt", '--out', 'two words', '\u001b[31m'] })
  const summary = { stopped: 'signal', counts: { ...COUNTS, waiting: 2 }, cost: 1.5, adopted: 1 } as const
  expect(summaryLines(summary, { folder: 'images', priced: true, code: 130, typed })).toEqual([
    '3 items done, 2 left, 1 found on the disk, cost 1.50. In images',
    'Stopped.',
    'To go on, start it again:',
    String.raw`  spillway run 'it'\''s.txt' --out 'two words' ''`,
  ])
})

test('who came through npx is told to go on through npx', () => {
  const typed = asTyped({ env: { npm_command: 'exec' }, args: ['run', 'prompts.txt'] })
  const summary = { stopped: 'signal', counts: COUNTS, cost: 0, adopted: 0 } as const
  expect(summaryLines(summary, { folder: 'images', priced: false, code: 130, typed }).at(-1)).toBe(
    '  npx spillway run prompts.txt',
  )
})

test('what is not as the start before left it is told, and nothing else', () => {
  expect(differenceLines({ removed: 0, missing: 0 })).toEqual([])
  expect(differenceLines({ removed: 1, missing: 1 })).toEqual([
    '1 finished item is not in the input any more: its picture stays in the folder, and does not count.',
    '1 picture of finished items is not in the folder any more. What is done is not made again: for that, take another folder.',
  ])
  expect(differenceLines({ removed: 1200, missing: 2 })).toEqual([
    '1,200 finished items are not in the input any more: their pictures stay in the folder, and do not count.',
    '2 pictures of finished items are not in the folder any more. What is done is not made again: for that, take another folder.',
  ])
})
