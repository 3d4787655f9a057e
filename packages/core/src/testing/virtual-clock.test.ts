import { describe, expect, test } from 'vitest'
import { settle, VirtualClock } from '../testing.ts'

describe('virtual time', () => {
  test('passes only when told to, and fires in order of time, then of setting', async () => {
    const clock = new VirtualClock()
    const fired: string[] = []
    for (const [name, delayMs] of [
      ['c', 30],
      ['a', 10],
      ['b', 10],
      ['d', 31],
    ] as const)
      clock.setTimer(delayMs, () => fired.push(`${clock.now()} ${name}`))
    await settle()
    expect(fired).toEqual([])
    await clock.advance(30)
    expect(fired).toEqual(['10 a', '10 b', '30 c'])
    expect([clock.now(), clock.pending]).toEqual([30, 1])
  })

  test('what a timer sets off settles before the next one fires', async () => {
    const clock = new VirtualClock()
    const order: string[] = []
    clock.setTimer(10, () => {
      void (async () => {
        for (let i = 0; i < 5; i++) await Promise.resolve()
        order.push('settled')
        clock.setTimer(1, () => order.push(`nested at ${clock.now()}`))
      })()
    })
    clock.setTimer(10, () => order.push('second'))
    await clock.advance(20)
    expect(order).toEqual(['settled', 'second', 'nested at 11'])
  })

  test('a cancelled timer does not fire; cancelling again, or after it fired, does nothing', async () => {
    const clock = new VirtualClock()
    const fired: number[] = []
    const [a, b] = [clock.setTimer(5, () => fired.push(1)), clock.setTimer(5, () => fired.push(2))]
    a.cancel()
    a.cancel()
    await clock.advance(5)
    b.cancel()
    expect([fired, clock.pending]).toEqual([[2], 0])
  })

  test('pending counts what would keep a process alive', async () => {
    const clock = new VirtualClock()
    const timer = clock.setTimer(5, () => {})
    timer.unref()
    timer.unref()
    expect(clock.pending).toBe(0)
    timer.ref()
    timer.ref()
    expect(clock.pending).toBe(1)
    timer.unref()
    await clock.advance(5)
    timer.ref()
    timer.unref()
    timer.cancel()
    expect(clock.pending).toBe(0)
    clock.setTimer(5, () => {}).unref()
    const other = clock.setTimer(5, () => {})
    expect(clock.pending).toBe(1)
    other.cancel()
    expect(clock.pending).toBe(0)
  })

  test('run goes on until nothing is pending, or to its limit', async () => {
    const clock = new VirtualClock()
    let left = 3
    const again = (): void => {
      if (--left > 0) clock.setTimer(1000, again)
    }
    clock.setTimer(1000, again)
    clock.setTimer(5000, () => {}).unref()
    await clock.run()
    expect([clock.now(), left]).toEqual([3000, 0])
    const forever = (): void => void clock.setTimer(1000, forever)
    forever()
    await clock.run(10_000)
    expect(clock.now()).toBe(13_000)
  })

  test('counts negative delays and no numbers as now, and Infinity as never', async () => {
    const clock = new VirtualClock()
    const fired: number[] = []
    for (const delayMs of [-5, NaN, 0, Infinity]) clock.setTimer(delayMs, () => fired.push(delayMs))
    await clock.advance(0)
    expect(fired).toEqual([-5, NaN, 0])
    expect(clock.pending).toBe(0)
  })

  test('has a wall time that moves along', async () => {
    const clock = new VirtualClock(1_000_000)
    await clock.advance(500)
    expect(clock.wallTime()).toBe(1_000_500)
    expect(new Date(new VirtualClock().wallTime()).toISOString()).toBe('2026-01-01T00:00:00.000Z')
  })

  test.each([-1, NaN])('does not go %d milliseconds', async (ms) => {
    await expect(new VirtualClock().advance(ms)).rejects.toThrow(RangeError)
  })
})
