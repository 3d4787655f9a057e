import { describe, expect, test, vi } from 'vitest'
import { systemClock, type Clock } from '../kernel/clock.ts'
import { VirtualClock } from '../testing.ts'
import { Deadline, DeadlineList } from './deadline-list.ts'

/** A virtual clock that counts how many timers were ever set. */
const countingClock = (): { clock: Clock; virtual: VirtualClock; timers: () => number } => {
  const virtual = new VirtualClock()
  let timers = 0
  const clock: Clock = {
    now: () => virtual.now(),
    wallTime: () => virtual.wallTime(),
    setTimer(delayMs, callback) {
      timers++
      return virtual.setTimer(delayMs, callback)
    },
  }
  return { clock, virtual, timers: () => timers }
}

describe('deadlines of one length', () => {
  test('one timer serves a thousand that are set and cleared in time', async () => {
    const { clock, virtual, timers } = countingClock()
    const list = new DeadlineList<() => unknown>(1000, (expire) => expire())
    for (let i = 0; i < 1000; i++) {
      const deadline = new Deadline<() => unknown>(() => expect.unreachable())
      list.set(deadline, clock, virtual.now())
      await virtual.advance(0.5)
      list.clear(deadline)
    }
    expect(timers()).toBe(1)
    expect(virtual.pending).toBe(0)
  })

  test('each expires once, at its own instant, in the order of setting', async () => {
    const { clock, virtual, timers } = countingClock()
    const list = new DeadlineList<() => unknown>(100, (expire) => expire())
    const expired: string[] = []
    for (const name of ['a', 'b', 'c']) {
      list.set(new Deadline<() => unknown>(() => expired.push(`${virtual.now()} ${name}`)), clock, virtual.now())
      await virtual.advance(30)
    }
    await virtual.advance(1000)
    expect(expired).toEqual(['100 a', '130 b', '160 c'])
    expect(timers()).toBe(3)
    expect(virtual.pending).toBe(0)
  })

  test('one that is cleared from the front, the middle or the end does not expire, and the others do', async () => {
    for (const cleared of [0, 1, 2]) {
      const { clock, virtual } = countingClock()
      const list = new DeadlineList<() => unknown>(100, (expire) => expire())
      const expired: number[] = []
      const deadlines = [0, 1, 2].map((i) => new Deadline<() => unknown>(() => expired.push(i)))
      for (const deadline of deadlines) list.set(deadline, clock, virtual.now())
      list.clear(deadlines[cleared] as Deadline<() => unknown>)
      list.clear(deadlines[cleared] as Deadline<() => unknown>)
      await virtual.advance(100)
      expect(expired).toEqual([0, 1, 2].filter((i) => i !== cleared))
    }
  })

  test('one that is set again begins anew', async () => {
    const { clock, virtual } = countingClock()
    const list = new DeadlineList<() => unknown>(100, (expire) => expire())
    const expired: number[] = []
    const deadline = new Deadline<() => unknown>(() => expired.push(virtual.now()))
    list.set(deadline, clock, virtual.now())
    await virtual.advance(60)
    list.set(deadline, clock, virtual.now())
    await virtual.advance(200)
    expect(expired).toEqual([160])
  })

  test('one may be set while another expires', async () => {
    const { clock, virtual } = countingClock()
    const list = new DeadlineList<() => unknown>(100, (expire) => expire())
    const expired: number[] = []
    const second = new Deadline<() => unknown>(() => expired.push(virtual.now()))
    list.set(new Deadline<() => unknown>(() => list.set(second, clock, virtual.now())), clock, virtual.now())
    await virtual.advance(1000)
    expect(expired).toEqual([200])
    expect(virtual.pending).toBe(0)
  })

  test('the timer keeps the process alive exactly while something is pending', () => {
    const { clock, virtual } = countingClock()
    const list = new DeadlineList<() => unknown>(100, (expire) => expire())
    const [a, b] = [new Deadline<() => unknown>(() => {}), new Deadline<() => unknown>(() => {})]
    list.set(a, clock, 0)
    list.set(b, clock, 0)
    list.clear(a)
    expect(virtual.pending).toBe(1)
    list.clear(b)
    expect(virtual.pending).toBe(0)
    list.set(a, clock, 0)
    expect(virtual.pending).toBe(1)
  })

  test('a list that is disposed of lets what is pending expire, and then holds no timer at all', async () => {
    const { clock, virtual } = countingClock()
    const list = new DeadlineList<() => unknown>(100, (expire) => expire())
    const expired: string[] = []
    const [a, b] = [
      new Deadline<() => unknown>(() => expired.push('a')),
      new Deadline<() => unknown>(() => expired.push('b')),
    ]
    list.set(a, clock, 0)
    list.set(b, clock, 0)
    list.dispose()
    list.clear(a)
    await virtual.advance(100)
    expect(expired).toEqual(['b'])
    expect(virtual.pending).toBe(0)
  })

  test('a list that is disposed of while a deadline is set holds no timer once that is cleared', () => {
    vi.useFakeTimers()
    const list = new DeadlineList(100, () => {})
    const deadline = new Deadline(undefined)
    list.set(deadline, systemClock, systemClock.now())
    list.dispose()
    expect(vi.getTimerCount()).toBe(1)
    list.clear(deadline)
    expect(vi.getTimerCount()).toBe(0)
    vi.useRealTimers()
  })
})
