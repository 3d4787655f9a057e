import { describe, expect, test } from 'vitest'
import { learnedLoadProfile, loadProfile, type LoadProfile } from '../../index.ts'
import { HOUR, MINUTE, Office } from './__fixtures__/office.ts'

describe('clocks', () => {
  test('a wall clock that is set back while a call waits starts nobody early in a busy band', async () => {
    const office = new Office(22)
    void office.submit()
    await office.clock.advance(HOUR)
    office.clock.step(-HOUR)
    await office.clock.advance(HOUR + 59 * MINUTE)
    expect(office.starts).toEqual([])
    await office.clock.advance(HOUR)
    expect(office.starts).toEqual([3 * HOUR])
  })

  test('what was planned on a wrong clock does not outlast its correction', async () => {
    const office = new Office(22)
    const first = new AbortController()
    void office.submit({ signal: first.signal })
    await office.clock.advance(2 * MINUTE)
    first.abort('gone')
    office.clock.step(110 * MINUTE)
    void office.submit()
    office.clock.step(-110 * MINUTE)
    await office.clock.advance(2 * HOUR)
    expect(office.starts).toEqual([2 * HOUR])
  })

  test('a wall clock that goes slow is followed, however slowly it does', async () => {
    const office = new Office(22)
    void office.submit()
    for (let minute = 0; minute < 120; minute++) {
      await office.clock.advance(MINUTE)
      office.clock.step(-500)
    }
    expect(office.starts).toEqual([])
    await office.clock.advance(MINUTE)
    expect(office.starts).toHaveLength(1)
    expect(office.starts[0]).toBeGreaterThanOrEqual(2 * HOUR + MINUTE - 1000)
  })

  test('a wall clock that is set ahead into the calm band is noticed within a minute', async () => {
    const office = new Office(22)
    void office.submit()
    await office.clock.advance(HOUR + 30 * MINUTE)
    office.clock.step(HOUR)
    await office.clock.advance(MINUTE)
    expect(office.starts).toHaveLength(1)
    expect(office.why()).toEqual(['calm'])
  })

  test('those whom a step ahead sets free start spread as well', async () => {
    const office = new Office(12, { spreadMs: 30 * MINUTE })
    for (let i = 0; i < 100; i++) void office.submit()
    office.clock.step(13 * HOUR)
    await office.clock.advance(MINUTE)
    expect(office.starts.length).toBeLessThan(15)
    await office.clock.advance(30 * MINUTE)
    expect(office.starts).toHaveLength(100)
  })

  // trap: wall-clock-jumps
  test('the latest start is kept by the monotonic clock, whatever the wall clock does', async () => {
    const office = new Office(20)
    void office.submit({ latest: 5 * HOUR })
    for (let hour = 0; hour < 5; hour++) {
      await office.clock.advance(HOUR - 1)
      office.clock.step(-HOUR)
    }
    await office.clock.advance(5)
    expect([office.starts, office.why()]).toEqual([[5 * HOUR], ['latest_start']])
  })

  test('a clock that is set all the time puts nobody off who could start', async () => {
    const office = new Office(23, { spreadMs: 30 * MINUTE })
    for (let i = 0; i < 50; i++) void office.submit()
    for (let minute = 0; minute < 90; minute++) {
      await office.clock.advance(MINUTE)
      office.clock.step(minute % 2 === 0 ? 5000 : -5000)
    }
    expect(office.starts).toHaveLength(50)
  })

  test('a wait of many days is one wait', async () => {
    // It is never calm and the share is taken: only the latest start ends the wait.
    const always: LoadProfile = { levelAt: () => 'peak' }
    const office = new Office(0, { profile: always, busyConcurrency: 1, latestStartMs: 40 * 24 * HOUR })
    void office.submit({ takesMs: 60 * 24 * HOUR })
    void office.submit()
    await office.clock.advance(40 * 24 * HOUR - 1)
    expect(office.starts).toEqual([0])
    await office.clock.advance(1)
    expect(office.starts).toEqual([0, 40 * 24 * HOUR])
  })

  test('over several days each call starts in the first calm band after it came', async () => {
    const office = new Office(0)
    for (let hour = 0; hour < 72; hour++) {
      void office.submit()
      await office.clock.advance(HOUR)
    }
    await office.clock.advance(24 * HOUR)
    const expected = Array.from({ length: 72 }, (_, hour) => (hour % 24 < 6 ? hour : Math.ceil(hour / 24) * 24))
    expect(office.starts.map((at) => at / HOUR)).toEqual(expected.toSorted((a, b) => a - b))
  })

  test('a day on which clocks change is like any other: bands are UTC', () => {
    const zone = process.env['TZ']
    const profile = loadProfile()
    try {
      for (const TZ of ['UTC', 'Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kolkata']) {
        process.env['TZ'] = TZ
        for (const day of [Date.UTC(2026, 2, 8), Date.UTC(2026, 2, 29), Date.UTC(2026, 9, 25), Date.UTC(2026, 10, 1)]) {
          const levels = Array.from({ length: 24 }, (_, hour) => profile.levelAt(day + hour * HOUR + 30 * MINUTE))
          expect(levels).toEqual(DAY)
        }
      }
    } finally {
      if (zone === undefined) delete process.env['TZ']
      else process.env['TZ'] = zone
    }
  })
})

const DAY = ['low', 'medium', 'peak', 'high'].flatMap((level) => Array.from({ length: 6 }, () => level))

describe('a profile that learns while calls wait', () => {
  test('an hour that turned out busy is not waited for any more', async () => {
    const profile = learnedLoadProfile()
    const office = new Office(22, { profile })
    void office.submit()
    // What other callers see meanwhile: the first two hours of the night are no longer calm.
    for (let i = 0; i < 100; i++)
      for (const hour of [0, 1])
        profile.record({ wallTime: office.clock.wallTime() + (hour + 2) * HOUR, overloadedRatio: 1 })
    await office.clock.advance(4 * HOUR - 1)
    expect(office.starts).toEqual([])
    await office.clock.advance(1)
    expect(office.starts).toEqual([4 * HOUR])
  })

  test('an hour that turned out calm is used within a minute', async () => {
    const profile = learnedLoadProfile()
    const office = new Office(13, { profile })
    void office.submit()
    for (let i = 0; i < 1000; i++) profile.record({ wallTime: office.clock.wallTime(), overloadedRatio: 0 })
    await office.clock.advance(MINUTE)
    expect(office.starts).toEqual([MINUTE])
  })
})
