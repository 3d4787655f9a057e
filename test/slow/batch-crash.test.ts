import { createRandom } from '@spillway/simulator'
import { expect, test } from 'vitest'
import { type CrashCount, crashBatch } from '../batch/crash-run.ts'

const KILLS = 200
const SEED = 20_261_122
const MODES = [
  { onUnknown: 'skip', keys: false },
  { onUnknown: 'again', keys: false },
  { onUnknown: 'again', keys: true },
] as const

test(`killed ${KILLS} times, batches lose nothing and make nothing twice that was not reported`, async () => {
  const random = createRandom(SEED)
  const counts: CrashCount[] = []
  const killed = (): number => counts.reduce((sum, { kills }) => sum + kills, 0)
  while (killed() < KILLS) {
    const seed = Math.trunc(random.next() * 2 ** 31)
    const mode = MODES[counts.length % MODES.length] ?? MODES[0]
    counts.push(await crashBatch({ ...mode, seed, prompts: 80, maxKills: KILLS - killed() }))
  }
  const sum = (of: (count: CrashCount) => number): number => counts.reduce((total, count) => total + of(count), 0)
  console.log(
    `${counts.length} batches, ${killed()} kills; ${sum(({ unknown }) => unknown)} items reported as unknown, ` +
      `${sum(({ madeTwice }) => madeTwice)} made twice among those asked for again`,
  )
  expect(killed()).toBe(KILLS)
  // The kills hit what they are meant to hit.
  expect(sum(({ unknown }) => unknown)).toBeGreaterThan(0)
  expect(sum(({ madeTwice }) => madeTwice)).toBeGreaterThan(0)
})
