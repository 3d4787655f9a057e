import { describe, expect, test } from 'vitest'
import {
  deferrable,
  latestStartMs,
  loadProfile,
  pipeline,
  schedule,
  timeout,
  type LoadProfile,
  type ScheduleOptions,
} from '../../index.ts'
import { recordEvents, scriptedOperation, settle, VirtualClock } from '../../testing.ts'
import { HOUR, MIDNIGHT, MINUTE, Office } from './__fixtures__/office.ts'

describe('when a call starts', () => {
  test('a deferrable call that comes in the peak waits for midnight', async () => {
    const office = new Office(12)
    const answer = office.submit()
    await office.clock.advance(12 * HOUR - 1)
    expect(office.starts).toEqual([])
    await office.clock.advance(1)
    expect([await answer, office.starts, office.clock.pending]).toEqual(['done', [12 * HOUR], 0])
  })

  test('a call that does not say so never waits', async () => {
    const office = new Office(12)
    void office.urgent()
    expect(office.starts).toEqual([0])
    await settle()
    expect(office.recording.timeline('schedule.deferred', 'schedule.started')).toEqual([])
  })

  test.each([
    [0, 'low' as const],
    [5.99, 'low' as const],
    [6, 'medium' as const],
    [19, 'high' as const],
  ])('at %d o’clock nobody waits where calm reaches up to %s', (hour, calmUpTo) => {
    const office = new Office(hour, { calmUpTo })
    void office.submit()
    expect(office.starts).toEqual([0])
  })

  test('with a latest start before the calm band, a call takes the least busy band that comes in time', async () => {
    const office = new Office(12)
    void office.submit({ latest: 8 * HOUR })
    await office.clock.advance(24 * HOUR)
    expect([office.starts, office.why()]).toEqual([[6 * HOUR], ['calmer']])
  })

  test('a call goes at once where nothing better comes in time: the afternoon is no improvement on the morning', () => {
    const office = new Office(11)
    void office.submit({ latest: 4 * HOUR })
    expect(office.starts).toEqual([0])
  })

  test('a latest start of 0 does not wait', () => {
    const office = new Office(12)
    void office.submit({ latest: 0 })
    expect(office.starts).toEqual([0])
  })

  test('the option says which calls may wait, and one that throws decides nothing', async () => {
    const office = new Office(12, { deferrable: () => true })
    void office.urgent()
    expect(office.starts).toEqual([])
    const broken = new Office(12, {
      deferrable: () => {
        throw new Error('broken')
      },
    })
    void broken.urgent()
    await settle()
    expect(broken.starts).toEqual([0])
    expect(broken.recording.events).toContainEqual(
      expect.objectContaining({ type: 'diagnostic.reported', source: 'schedule.deferrable' }),
    )
  })

  test('a day that is never calm delays nobody', () => {
    const office = new Office(12, { profile: loadProfile([{ fromHour: 0, level: 'peak' }]), latestStartMs: Infinity })
    void office.submit()
    expect(office.starts).toEqual([0])
  })
})

describe('many who wait', () => {
  test('share one timer, and start spread over the window instead of in one moment', async () => {
    const office = new Office(12, { spreadMs: 30 * MINUTE })
    const all = Array.from({ length: 1000 }, () => office.submit())
    expect(office.clock.pending).toBe(1)
    await office.clock.advance(12 * HOUR - 1)
    expect([office.starts.length, office.clock.pending]).toEqual([0, 1])
    await office.clock.advance(30 * MINUTE)
    await Promise.all(all)
    const perMinute = Array.from({ length: 30 }, () => 0)
    for (const at of office.starts) perMinute[Math.floor((at - 12 * HOUR) / MINUTE)]!++
    expect(office.starts).toHaveLength(1000)
    expect(Math.max(...perMinute)).toBeLessThan(60)
    expect(Math.min(...perMinute)).toBeGreaterThan(12)
    expect(office.clock.pending).toBe(0)
  })

  test('start within a calm hour although the window is longer', async () => {
    const profile = loadProfile([
      { fromHour: 0, level: 'low' },
      { fromHour: 1, level: 'peak' },
    ])
    const office = new Office(12, { profile, spreadMs: 3 * HOUR })
    for (let i = 0; i < 100; i++) void office.submit()
    await office.clock.advance(13 * HOUR)
    expect(office.starts).toHaveLength(100)
    expect(office.why()).toEqual(Array.from({ length: 100 }, () => 'calm'))
  })

  test('start at the same instants with the same seed', async () => {
    const runs: number[][] = []
    for (let i = 0; i < 2; i++) {
      const office = new Office(12, { spreadMs: 30 * MINUTE })
      for (let n = 0; n < 20; n++) void office.submit()
      await office.clock.advance(13 * HOUR)
      runs.push(office.starts)
    }
    expect(runs[0]).toEqual(runs[1])
  })

  test('who aborts leaves in the same tick, and the last one takes the timer with it', async () => {
    const office = new Office(12)
    const callers = [new AbortController(), new AbortController()]
    const gone = new Error('gone')
    const all = callers.map(({ signal }) => office.submit({ signal }))
    callers[0]?.abort(gone)
    expect(office.state()).toMatchObject({ waiting: 1 })
    callers[1]?.abort(gone)
    expect(office.state()).toMatchObject({ waiting: 0 })
    expect(office.clock.pending).toBe(0)
    expect(await Promise.all(all)).toEqual([gone, gone])
    expect([office.starts, office.clock.pending]).toEqual([[], 0])
  })

  test('disposing refuses them, and says that nothing was sent', async () => {
    const office = new Office(12)
    const answer = office.submit()
    office.calls.dispose()
    expect(await answer).toMatchObject({
      name: 'ScheduleDisposedError',
      code: 'ERR_SPILLWAY_SCHEDULE_DISPOSED',
      verdict: { kind: 'rejected', sent: false, billed: 'no' },
    })
    expect([office.starts, office.clock.pending]).toEqual([[], 0])
  })
})

describe('deadlines', () => {
  test('a limit for the call inside begins when the call starts', async () => {
    const clock = new VirtualClock(MIDNIGHT + 12 * HOUR)
    const calls = pipeline([schedule({ spreadMs: 0 }), timeout({ totalMs: 180_000 })], { clock })
    const slow = scriptedOperation([{ value: 'an image', afterMs: 170_000 }])
    const answer = calls.execute(slow, { values: [[deferrable, true]] })
    await clock.run()
    expect([await answer, slow.started[0]?.at]).toEqual(['an image', 12 * HOUR])
  })

  test('a limit for the call outside is not waited away: a short one starts the call at once', async () => {
    const office = new Office(23.99, {}, [], [timeout({ totalMs: 180_000 })])
    void office.submit()
    expect(office.starts).toEqual([0])
  })

  test('a limit outside that leaves a quarter of an hour after the calm band began is waited for', async () => {
    const ends = 12 * HOUR
    const enough = new Office(12, {}, [], [timeout({ totalMs: ends + 15 * MINUTE })])
    void enough.submit()
    const tooShort = new Office(12, {}, [], [timeout({ totalMs: ends + 15 * MINUTE - 1 })])
    void tooShort.submit()
    await enough.clock.advance(13 * HOUR)
    await tooShort.clock.advance(13 * HOUR)
    expect([enough.starts, tooShort.starts]).toEqual([[12 * HOUR], [6 * HOUR]])
  })
})

describe('what it tells', () => {
  test('when a call is put off and until when, and when and why it starts', async () => {
    const office = new Office(12)
    void office.submit()
    await office.clock.advance(12 * HOUR)
    const told = office.recording.events.filter(({ type }) => type.startsWith('schedule.'))
    expect(told).toEqual([
      expect.objectContaining({
        type: 'schedule.deferred',
        at: 0,
        callId: 1,
        policy: 'schedule',
        level: 'peak',
        until: MIDNIGHT + 24 * HOUR,
        waiting: 1,
      }),
      expect.objectContaining({ type: 'schedule.started', at: 12 * HOUR, waitedMs: 12 * HOUR, why: 'calm' }),
    ])
  })

  test('the band, its level, when it changes and how many wait', async () => {
    const office = new Office(13)
    void office.submit()
    await office.clock.advance(HOUR)
    expect(office.state()).toEqual({
      level: 'peak',
      calm: false,
      bandBegan: MIDNIGHT + 12 * HOUR,
      nextChange: MIDNIGHT + 18 * HOUR,
      waiting: 1,
      running: 0,
    })
  })
})

describe('what goes wrong', () => {
  test.each([
    [{ profile: {} }, 'schedule.profile must be a load profile, such as loadProfile(), got a value of type object.'],
    [{ profile: null }, 'schedule.profile must be a load profile'],
    [{ calmUpTo: 'quiet' }, "schedule.calmUpTo must be one of low, medium, high, peak, got 'quiet'."],
    [{ deferrable: true }, 'schedule.deferrable must be a function, got true.'],
    [{ latestStartMs: -1 }, 'schedule.latestStartMs must be a number of at least 0 or Infinity, got -1.'],
    [{ busyConcurrency: 1.5 }, 'schedule.busyConcurrency must be an integer of at least 0, got 1.5.'],
    [{ spreadMs: Number.NaN }, 'schedule.spreadMs must be a number of at least 0, got NaN.'],
    [{ bands: [] }, /^schedule\.bands must be one of name, profile/],
  ])('%o is refused before any work', (options, message) => {
    expect(() => schedule(options as ScheduleOptions)).toThrow(message)
  })

  test('a latest start that is none ends its own call, before the operation runs', async () => {
    const operation = scriptedOperation([{ value: 1 }])
    const values = [[deferrable, true] as const, [latestStartMs, Number.NaN] as const]
    const answer = await pipeline([schedule()], { clock: new VirtualClock() })
      .execute(operation, { values })
      .catch((error: unknown) => error)
    expect(answer).toMatchObject({ code: 'ERR_SPILLWAY_INVALID_OPTIONS', option: 'latestStartMs' })
    expect(operation.runs).toBe(0)
  })

  test('a profile that breaks delays nobody for ever, and is reported', async () => {
    let broken = true
    const usual = loadProfile()
    const profile: LoadProfile = {
      levelAt(wallTime) {
        if (broken) throw new Error('no data')
        return usual.levelAt(wallTime)
      },
    }
    const clock = new VirtualClock(MIDNIGHT + 12 * HOUR)
    const calls = pipeline([schedule({ profile, deferrable: () => true, spreadMs: 0 })], { clock })
    const { events } = recordEvents(calls)
    const operation = scriptedOperation([{ value: 1 }])
    void calls.execute(operation)
    expect(operation.runs).toBe(1)
    broken = false
    void calls.execute(operation)
    broken = true
    await clock.advance(12 * HOUR)
    expect(operation.started.map(({ at }) => at)).toEqual([0, 12 * HOUR])
    expect(events).toContainEqual(expect.objectContaining({ type: 'diagnostic.reported', source: 'schedule.profile' }))
  })
})
