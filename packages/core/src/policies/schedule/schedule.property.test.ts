import { fc, test } from '@fast-check/vitest'
import { describe, expect } from 'vitest'
import {
  deferrable,
  latestStartMs,
  LOAD_LEVELS,
  loadProfile,
  pipeline,
  schedule,
  type LoadBand,
  type ScheduleOptions,
} from '../../index.ts'
import { seededRandom } from '../../testing.ts'
import { SteppingClock } from './__fixtures__/stepping-clock.ts'

const HOUR = 3_600_000
const MINUTE = 60_000

const submission = fc.record({
  latestMs: fc.nat(30 * 60).map((minutes) => minutes * MINUTE),
  takesMs: fc.nat(180).map((minutes) => minutes * MINUTE),
  urgent: fc.boolean(),
})
const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ submit: submission }) },
  { weight: 3, arbitrary: fc.record({ advance: fc.nat(5 * 60).map((minutes) => minutes * MINUTE) }) },
  { weight: 1, arbitrary: fc.record({ abort: fc.nat(20) }) },
)
const clockStep = fc.record({ stepMs: fc.integer({ min: -3 * HOUR, max: 3 * HOUR }) })
const bands = fc.uniqueArray(fc.record({ fromHour: fc.nat(23), level: fc.constantFrom(...LOAD_LEVELS) }), {
  selector: ({ fromHour }) => fromHour,
  minLength: 1,
  maxLength: 6,
})
const options = fc.record({
  calmUpTo: fc.constantFrom(...LOAD_LEVELS),
  busyConcurrency: fc.nat(2),
  spreadMs: fc.nat(60).map((minutes) => minutes * MINUTE),
})

interface Seen {
  readonly cameAt: number
  readonly latestMs: number
  readonly urgent: boolean
  /** Whether it had to wait, and the level's rank when it came. */
  waited: boolean
  rank: number
  startedAt: number | undefined
  startRank: number
  why: string | undefined
  end: unknown
}

type Step =
  | { readonly submit: { readonly latestMs: number; readonly takesMs: number; readonly urgent: boolean } }
  | { readonly advance: number }
  | { readonly abort: number }
  | { readonly stepMs: number }

const run = async (
  list: readonly Step[],
  given: ScheduleOptions,
  day: readonly LoadBand[],
): Promise<{ seen: Seen[]; pending: number; state: unknown }> => {
  const clock = new SteppingClock()
  const profile = loadProfile(day)
  const calls = pipeline([schedule({ ...given, profile })], { clock, random: seededRandom(7) })
  const seen: Seen[] = []
  const callers: AbortController[] = []
  const ends: Promise<unknown>[] = []
  const rank = (): number => LOAD_LEVELS.indexOf(profile.levelAt(clock.wallTime()))
  calls.events.subscribe((event) => {
    const one = seen[(event.callId ?? 0) - 1]
    if (one === undefined) return
    if (event.type === 'schedule.deferred') one.waited = true
    if (event.type === 'schedule.started') one.why = event.why
  })
  for (const each of list) {
    if ('advance' in each) await clock.advance(each.advance)
    else if ('stepMs' in each) clock.step(each.stepMs)
    else if ('abort' in each) callers[each.abort]?.abort('gone')
    else {
      const { latestMs, takesMs, urgent } = each.submit
      const one: Seen = {
        cameAt: clock.now(),
        latestMs,
        urgent,
        waited: false,
        rank: rank(),
        startedAt: undefined,
        startRank: -1,
        why: undefined,
        end: undefined,
      }
      const caller = new AbortController()
      seen.push(one)
      callers.push(caller)
      const answer = calls.execute(
        async (context) => {
          one.startedAt = clock.now()
          one.startRank = rank()
          await context.sleep(takesMs)
          return 'done'
        },
        {
          signal: caller.signal,
          values: [
            [deferrable, !urgent],
            [latestStartMs, latestMs],
          ],
        },
      )
      ends.push(answer.catch((error: unknown) => error).then((end) => (one.end = end)))
    }
  }
  await clock.run()
  await Promise.all(ends)
  return { seen, pending: clock.pending, state: calls.state().policies[0]?.state }
}

describe('schedule, whatever happens', () => {
  test.prop([fc.array(fc.oneof({ weight: 5, arbitrary: step }, clockStep), { maxLength: 40 }), options, bands], {
    numRuns: 60,
  })(
    'every wait ends, no call waits past its latest start, and nobody waits who need not',
    async (list, given, day) => {
      const { seen, pending, state } = await run(list, given, day)
      const calmRank = LOAD_LEVELS.indexOf(given.calmUpTo)
      for (const one of seen) {
        expect(['done', 'gone']).toContain(one.end)
        if (one.startedAt !== undefined)
          expect(one.startedAt - one.cameAt).toBeLessThanOrEqual(one.latestMs * (one.waited ? 1 : 0))
        if (one.waited) expect(one.rank).toBeGreaterThan(calmRank)
        if (one.urgent) expect(one.waited).toBe(false)
      }
      expect([pending, state]).toMatchObject([0, { waiting: 0, running: 0 }])
    },
  )

  test.prop([fc.array(step, { maxLength: 40 }), options, bands], { numRuns: 60 })(
    'while the wall clock runs on, who waited starts in a calmer band than the one it came in, or for a reason',
    async (list, given, day) => {
      const { seen } = await run(list, given, day)
      const calmRank = LOAD_LEVELS.indexOf(given.calmUpTo)
      for (const one of seen) {
        if (one.why === undefined) continue
        if (one.why === 'calm') expect(one.startRank).toBeLessThanOrEqual(calmRank)
        else expect(one.startRank).toBeGreaterThan(calmRank)
        if (one.why === 'calmer') expect(one.startRank).toBeLessThan(one.rank)
        if (one.why === 'share' || one.why === 'latest_start') expect(given.busyConcurrency).toBeGreaterThan(0)
      }
    },
  )
})
