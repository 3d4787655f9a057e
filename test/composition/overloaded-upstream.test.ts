import { standardPipeline } from '@spillway/core'
import { seededRandom, VirtualClock } from '@spillway/core/testing'
import { describe, expect, test } from 'vitest'
import { overloadedClassifier, Upstream, type Reply } from './upstream.ts'

/** A hundred calls at once, with the defaults. Gives how many were answered, when the last was, and what it took. */
const hundredCalls = async (seed: number, reply: (now: number, chance: number) => Reply) => {
  const clock = new VirtualClock()
  const chance = seededRandom(seed)
  const upstream = new Upstream(
    clock,
    (_, now) => reply(now, chance()),
    () => 20_000 + 20_000 * chance(),
  )
  const calls = standardPipeline({ clock, random: seededRandom(seed + 1), classifier: overloadedClassifier })
  let lastAt = 0
  const all = Array.from({ length: 100 }, () =>
    calls.execute(upstream.ask).then(
      () => {
        lastAt = clock.now()
        return true
      },
      () => false,
    ),
  )
  await clock.run()
  const answered = (await Promise.all(all)).filter(Boolean).length
  return { answered, lastAt, requests: upstream.requests.length, pending: clock.pending, state: calls.state() }
}

const SEEDS = [1, 2, 3, 4, 5]

describe('standardPipeline before an overloaded upstream', () => {
  test.each(SEEDS)(
    'half of the requests refused for two minutes: every call is answered in time (seed %i)',
    async (seed) => {
      const outcome = await hundredCalls(seed, (now, chance) => (now < 120_000 && chance < 0.5 ? 'refuse' : 'answer'))
      expect([outcome.answered, outcome.pending, outcome.state.inFlight]).toEqual([100, 0, 0])
      expect(outcome.lastAt).toBeLessThan(180_000)
      // One answered request for each call, and as many refused ones as the coin says.
      expect(outcome.requests).toBeLessThan(260)
    },
  )

  test.each(SEEDS)('four of five refused: every call is answered in time (seed %i)', async (seed) => {
    const outcome = await hundredCalls(seed, (now, chance) => (now < 120_000 && chance < 0.8 ? 'refuse' : 'answer'))
    expect(outcome.answered).toBe(100)
    expect(outcome.requests).toBeLessThan(700)
  })

  test.each(SEEDS)('all refused for a minute: every call is answered, for few requests (seed %i)', async (seed) => {
    const outcome = await hundredCalls(seed, (now) => (now < 60_000 ? 'refuse' : 'answer'))
    expect(outcome.answered).toBe(100)
    expect(outcome.requests).toBeLessThan(400)
  })
})
