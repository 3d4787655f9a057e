import { describe, expect, test } from 'vitest'
import {
  InvalidOptionsError,
  learnedLoadProfile,
  loadProfile,
  pipeline,
  retry,
  schedule,
  success,
  type Classifier,
  type LearnedLoadProfile,
  type Policy,
} from '../../index.ts'
import { scriptedOperation, VirtualClock, type ScriptStep } from '../../testing.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR
const MIDNIGHT = Date.UTC(2026, 0, 1)
const calm = loadProfile([{ fromHour: 0, level: 'low' }])

const see = (
  profile: LearnedLoadProfile,
  hour: number,
  calls: number,
  overloadedRatio: number,
  answerMs?: number,
): void => {
  for (let i = 0; i < calls; i++)
    profile.record({
      wallTime: MIDNIGHT + hour * HOUR + i,
      overloadedRatio,
      ...(answerMs === undefined ? {} : { answerMs }),
    })
}

const at = (profile: LearnedLoadProfile, hour: number): string => profile.levelAt(MIDNIGHT + hour * HOUR)

describe('what is learned', () => {
  test('before anything was seen the prior holds', () => {
    const profile = learnedLoadProfile()
    expect([0, 6, 12, 18].map((hour) => at(profile, hour))).toEqual(['low', 'medium', 'peak', 'high'])
    expect(at(learnedLoadProfile({ prior: calm }), 12)).toBe('low')
  })

  test('one bad call makes no hour busy, a handful does, and only its own hour', () => {
    const profile = learnedLoadProfile({ prior: calm })
    see(profile, 3, 1, 1)
    expect(at(profile, 3)).toBe('low')
    see(profile, 3, 4, 1)
    expect(at(profile, 3)).toBe('medium')
    see(profile, 3, 100, 1)
    expect([2, 3, 4].map((hour) => at(profile, hour))).toEqual(['low', 'peak', 'low'])
  })

  test('a peak that never was is unlearned', () => {
    const profile = learnedLoadProfile()
    see(profile, 13, 200, 0)
    expect(at(profile, 13)).toBe('low')
  })

  test('answers that take three times as long as in the calmest hour are as bad as refusals', () => {
    const profile = learnedLoadProfile({ prior: calm })
    see(profile, 2, 50, 0, 30_000)
    see(profile, 9, 50, 0, 45_000)
    see(profile, 14, 50, 0, 90_000)
    expect([2, 9, 14].map((hour) => at(profile, hour))).toEqual(['low', 'medium', 'peak'])
  })

  test('few answers say nothing about how long one takes', () => {
    const profile = learnedLoadProfile({ prior: calm })
    see(profile, 2, 4, 0, 1000)
    see(profile, 9, 50, 0, 30_000)
    expect(at(profile, 9)).toBe('low')
  })

  test('what was seen fades, so that an hour nobody tries any more becomes what the prior says', () => {
    const profile = learnedLoadProfile({ prior: calm })
    see(profile, 3, 100, 1)
    profile.record({ wallTime: MIDNIGHT + 21 * DAY, overloadedRatio: 0 })
    expect(at(profile, 3)).toBe('high')
    profile.record({ wallTime: MIDNIGHT + 56 * DAY, overloadedRatio: 0 })
    expect(at(profile, 3)).toBe('low')
  })

  test('a wall clock that goes back makes nothing older or newer', () => {
    const profile = learnedLoadProfile({ prior: calm })
    see(profile, 3, 100, 1)
    profile.record({ wallTime: MIDNIGHT - 30 * DAY, overloadedRatio: 0 })
    expect(at(profile, 3)).toBe('peak')
  })
})

describe('as plain data', () => {
  test('it survives a file', () => {
    const profile = learnedLoadProfile()
    see(profile, 3, 100, 1)
    see(profile, 13, 200, 0, 30_000)
    const data: unknown = JSON.parse(JSON.stringify(profile.snapshot()))
    expect(data).toMatchObject({ version: 1 })
    const restored = learnedLoadProfile({ restore: data as never })
    for (let hour = 0; hour < 24; hour++) expect(at(restored, hour)).toBe(at(profile, hour))
    expect(restored.snapshot()).toEqual(data)
  })

  test('what it gave is not touched by what it learns later', () => {
    const profile = learnedLoadProfile()
    const before = profile.snapshot()
    see(profile, 3, 10, 1)
    expect(before.hours[3]?.calls).toBe(0)
  })

  const good = learnedLoadProfile().snapshot()
  test.each([
    [{ ...good, version: 2 }, 'learnedLoadProfile.restore.version must be 1, got 2.'],
    [{ ...good, hours: good.hours.slice(1) }, 'learnedLoadProfile.restore.hours must be a list of 24 hours'],
    [null, 'learnedLoadProfile.restore must be an object'],
    [
      { ...good, hours: good.hours.with(4, { ...good.hours[4]!, calls: Number.NaN }) },
      'learnedLoadProfile.restore.hours[4].calls must be a number of at least 0, got NaN.',
    ],
    [
      { ...good, hours: good.hours.with(4, { ...good.hours[4]!, overloaded: 3 }) },
      'learnedLoadProfile.restore.hours[4].overloaded must be a number of at most 0, got 3.',
    ],
  ])('of another version or shape is refused: %#', (restore, message) => {
    expect(() => learnedLoadProfile({ restore: restore as never })).toThrow(message)
    expect(() => learnedLoadProfile({ restore: restore as never })).toThrow(InvalidOptionsError)
  })

  test.each([
    [{ prior: {} }, 'learnedLoadProfile.prior must be a load profile'],
    [{ halfLifeMs: 0 }, 'learnedLoadProfile.halfLifeMs must be a number above 0 or Infinity, got 0.'],
    [{ weeks: 1 }, 'learnedLoadProfile.weeks'],
  ])('%o is no option', (options, message) => {
    expect(() => learnedLoadProfile(options as never)).toThrow(message)
  })

  test.each([
    [{ wallTime: Number.NaN, overloadedRatio: 0 }, 'record.wallTime'],
    [{ wallTime: 0, overloadedRatio: 2 }, 'record.overloadedRatio'],
    [{ wallTime: 0, overloadedRatio: 0, answerMs: 0 }, 'record.answerMs'],
  ])('%o is nothing that a call can show', (call, message) => {
    expect(() => learnedLoadProfile().record(call)).toThrow(message)
  })
})

describe('from the calls of a schedule', () => {
  const classifier: Classifier = {
    error: (error) => ({ kind: (error as Error).message as 'overloaded' }),
    value: (value) => (value === '' ? { kind: 'empty' } : undefined),
  }
  const failed = (kind: string): ScriptStep<string> => ({ error: new Error(kind) })

  const watch = async (steps: readonly ScriptStep<string>[]): Promise<object | undefined> => {
    const clock = new VirtualClock(MIDNIGHT + 2 * HOUR)
    const profile = learnedLoadProfile()
    const calls = pipeline([schedule({ profile }), retry({ maxAttempts: 4, jitter: 'none' })], { clock, classifier })
    const answer = calls.execute(scriptedOperation(steps)).catch(() => {})
    await clock.run()
    await answer
    const { at: _, ...seen } = profile.snapshot().hours[2]!
    return seen
  }
  const nothing = { calls: 0, overloaded: 0, answers: 0, answerMs: 0 }

  test('an answer counts with its time, undeferrable calls included', async () => {
    expect(await watch([{ value: 'image', afterMs: 30_000 }])).toEqual({
      calls: 1,
      overloaded: 0,
      answers: 1,
      answerMs: 30_000,
    })
  })

  test('attempts that retry hid count by their share', async () => {
    const steps = [failed('overloaded'), failed('overloaded'), failed('overloaded'), { value: 'image', afterMs: 9000 }]
    expect(await watch(steps)).toEqual({ calls: 1, overloaded: 0.75, answers: 1, answerMs: 9000 })
  })

  test('a call that was overloaded to the end counts in full', async () => {
    expect(await watch([failed('overloaded')])).toEqual({ ...nothing, calls: 1, overloaded: 1 })
  })

  test('an empty answer shows that there was capacity', async () => {
    expect(await watch([{ value: '', afterMs: 10 }])).toMatchObject({ calls: 1, overloaded: 0, answers: 0 })
  })

  test('a call that its caller ended says nothing, whatever it met before', async () => {
    const clock = new VirtualClock(MIDNIGHT)
    const profile = learnedLoadProfile()
    const caller = new AbortController()
    const calls = pipeline([schedule({ profile }), retry()], { clock, classifier })
    const answer = calls.execute(scriptedOperation([failed('overloaded')]), { signal: caller.signal }).catch(() => {})
    await clock.advance(100)
    caller.abort('gone')
    await answer
    expect(profile.snapshot().hours[0]).toMatchObject({ calls: 0 })
  })

  test('an answer that needed no attempt says nothing', async () => {
    const profile = learnedLoadProfile()
    const stored: Policy<string> = { name: 'stored', execute: () => Promise.resolve(success('an old image') as never) }
    const calls = pipeline([schedule({ profile }), stored], { clock: new VirtualClock(MIDNIGHT) })
    expect(await calls.execute(scriptedOperation([{ value: 'new' }]))).toBe('an old image')
    expect(profile.snapshot().hours[0]).toMatchObject({ calls: 0 })
  })

  test.each(['request_failed', 'quota_exhausted', 'transient', 'canceled', 'rejected'])(
    'a call that ended as %s says nothing about the load',
    async (kind) => {
      expect(await watch([failed(kind)])).toEqual(nothing)
    },
  )
})
