import { describe, expect, test } from 'vitest'
import { settle } from '../../testing.ts'
import { HOUR, MINUTE, Office } from './__fixtures__/office.ts'

describe('a share while it is busy', () => {
  test('so many deferrable calls run at once, the first come first; the others go on waiting', async () => {
    const office = new Office(12, { busyConcurrency: 2 })
    for (let i = 0; i < 5; i++) void office.submit({ takesMs: HOUR })
    expect(office.starts).toEqual([0, 0])
    await office.clock.advance(2 * HOUR)
    expect(office.starts).toEqual([0, 0, HOUR, HOUR, 2 * HOUR])
    expect(office.why()).toEqual(['share', 'share', 'share'])
    expect(office.state()).toMatchObject({ running: 1, waiting: 0 })
  })

  test('the next one starts in the tick in which one has ended', async () => {
    const office = new Office(12, { busyConcurrency: 1 })
    for (let i = 0; i < 3; i++) void office.submit({ takesMs: 1001 })
    await office.clock.advance(2002)
    expect(office.starts).toEqual([0, 1001, 2002])
  })

  test('a nearer latest start is not forgotten behind a later one', async () => {
    const office = new Office(12, { busyConcurrency: 1 })
    void office.submit({ takesMs: HOUR })
    void office.submit()
    void office.submit({ latest: 1001 })
    void office.submit({ latest: 0 })
    expect(office.starts).toEqual([0, 0])
    await office.clock.advance(1001)
    expect(office.starts).toEqual([0, 0, 1001])
  })

  test('in a calm band nobody needs a share: who waits for its instant goes on waiting', async () => {
    const office = new Office(23, { busyConcurrency: 1, spreadMs: 30 * MINUTE })
    void office.submit({ takesMs: HOUR + 1 })
    for (let i = 0; i < 3; i++) void office.submit()
    await office.clock.advance(HOUR + 30 * MINUTE)
    expect(office.starts).toHaveLength(4)
    expect(office.why()).toEqual(['calm', 'calm', 'calm'])
  })

  test('a share that is free again when the clock is set back is for the first come, not for a newcomer', async () => {
    const office = new Office(23, { busyConcurrency: 1, spreadMs: 30 * MINUTE })
    void office.submit({ takesMs: HOUR + 1 })
    for (let i = 0; i < 2; i++) void office.submit({ takesMs: 10 * MINUTE })
    await office.clock.advance(HOUR + 2)
    office.clock.step(-HOUR)
    const seen = office.starts.length
    void office.submit()
    expect(office.recording.events.filter(({ type }) => type === 'schedule.started')).toMatchObject([{ callId: 2 }])
    expect(office.starts.length).toBe(seen)
    await settle()
    expect(office.starts).toEqual([0, HOUR + 2])
  })

  test('a share that is free again when the clock is set back is noticed within a minute', async () => {
    const office = new Office(23, { busyConcurrency: 1, spreadMs: 30 * MINUTE })
    void office.submit({ takesMs: HOUR + 1 })
    void office.submit()
    await office.clock.advance(HOUR + 2)
    office.clock.step(-HOUR)
    await office.clock.advance(MINUTE)
    expect([office.starts.length, office.why()]).toEqual([2, ['share']])
  })

  test('urgent calls take no share, and a place is given back when the work has ended', async () => {
    const office = new Office(12, { busyConcurrency: 1 })
    for (let i = 0; i < 3; i++) void office.urgent(HOUR)
    void office.submit({ takesMs: MINUTE })
    expect([office.starts, office.state()]).toMatchObject([[0, 0, 0, 0], { running: 1 }])
    await office.clock.advance(HOUR)
    expect(office.state()).toMatchObject({ running: 0 })
  })

  test('those without a share start once it is calm, however many run', async () => {
    const office = new Office(23, { busyConcurrency: 1 })
    for (let i = 0; i < 4; i++) void office.submit({ takesMs: 3 * HOUR })
    await office.clock.advance(HOUR)
    expect(office.starts).toEqual([0, HOUR, HOUR, HOUR])
  })

  test('what cannot reach a calmer hour runs by share up to its latest start, and then in any case', async () => {
    const office = new Office(12, { busyConcurrency: 1 })
    for (let i = 0; i < 3; i++) void office.submit({ latest: 2 * HOUR, takesMs: 90 * MINUTE })
    await office.clock.advance(3 * HOUR)
    expect(office.starts).toEqual([0, 90 * MINUTE, 2 * HOUR])
    expect(office.why()).toEqual(['share', 'latest_start'])
  })

  test('calls with one latest start do not meet in it', async () => {
    const office = new Office(12, { busyConcurrency: 1, spreadMs: 20 * MINUTE })
    for (let i = 0; i < 50; i++) void office.submit({ latest: 2 * HOUR, takesMs: 24 * HOUR })
    await office.clock.advance(2 * HOUR)
    const late = office.starts.slice(1)
    expect(late).toHaveLength(49)
    expect(new Set(late).size).toBe(49)
    expect(Math.min(...late)).toBeGreaterThanOrEqual(100 * MINUTE)
  })
})
