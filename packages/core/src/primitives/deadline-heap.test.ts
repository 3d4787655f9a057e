import { fc, test as property } from '@fast-check/vitest'
import { describe, expect, test } from 'vitest'
import type { Clock } from '../kernel/clock.ts'
import { VirtualClock } from '../testing.ts'
import { DeadlineHeap, TimedDeadline } from './deadline-heap.ts'

/** A virtual clock that counts how many timers were ever set, and how many keep a process alive. */
const countingClock = () => {
  const virtual = new VirtualClock()
  let timers = 0
  let alive = 0
  const clock: Clock = {
    now: () => virtual.now(),
    wallTime: () => virtual.wallTime(),
    setTimer(delayMs, callback) {
      timers++
      alive++
      let refed = true
      const hold = (wanted: boolean): void => {
        if (refed !== wanted) alive += wanted ? 1 : -1
        refed = wanted
      }
      const timer = virtual.setTimer(delayMs, () => {
        hold(false)
        callback()
      })
      return {
        ref: () => hold(true),
        unref: () => hold(false),
        cancel: () => {
          hold(false)
          timer.cancel()
        },
      }
    },
  }
  return { clock, virtual, timers: () => timers, alive: () => alive }
}

describe('deadlines of mixed lengths', () => {
  test('each expires once, at its own instant, the nearest first', async () => {
    const { clock, virtual } = countingClock()
    const expired: string[] = []
    const heap = new DeadlineHeap<string>(({ owner, lengthMs }) =>
      expired.push(`${virtual.now()} ${owner} ${lengthMs}`),
    )
    for (const lengthMs of [500, 100, 900, 300]) heap.set(new TimedDeadline(`of ${lengthMs}`, lengthMs), clock, 0)
    expect(virtual.pending).toBe(1)
    await virtual.run()
    expect(expired).toEqual(['100 of 100 100', '300 of 300 300', '500 of 500 500', '900 of 900 900'])
    expect([heap.size, virtual.pending]).toEqual([0, 0])
  })

  test('a thousand calls that end in time need one timer, which keeps no process alive between them', async () => {
    const { clock, virtual, timers, alive } = countingClock()
    const heap = new DeadlineHeap<number>(() => expect.unreachable())
    for (let i = 0; i < 1000; i++) {
      const deadline = new TimedDeadline(i, 10_000 + i)
      heap.set(deadline, clock, virtual.now())
      expect(alive()).toBe(1)
      heap.clear(deadline)
      expect(alive()).toBe(0)
    }
    expect(timers()).toBe(1)
  })

  test('one that is set again begins anew', async () => {
    const { clock, virtual } = countingClock()
    const expired: number[] = []
    const heap = new DeadlineHeap<string>(() => expired.push(virtual.now()))
    const deadline = new TimedDeadline('again', 100)
    for (const at of [0, 60, 120]) {
      await virtual.advance(at - virtual.now())
      heap.set(deadline, clock, at)
    }
    expect(heap.size).toBe(1)
    await virtual.run()
    expect(expired).toEqual([220])
  })

  test('what expires may set another deadline at once', async () => {
    const { clock, virtual } = countingClock()
    const expired: string[] = []
    const heap = new DeadlineHeap<string>(({ owner }) => {
      expired.push(`${virtual.now()} ${owner}`)
      if (owner === 'first') heap.set(new TimedDeadline('second', 50), clock, virtual.now())
    })
    heap.set(new TimedDeadline('first', 100), clock, 0)
    heap.set(new TimedDeadline('third', 400), clock, 0)
    await virtual.run()
    expect(expired).toEqual(['100 first', '150 second', '400 third'])
  })

  test('dispose ends the timer with the last deadline', async () => {
    const { clock, virtual } = countingClock()
    const heap = new DeadlineHeap<string>(() => expect.unreachable())
    const deadline = new TimedDeadline('last', 100)
    heap.set(deadline, clock, 0)
    heap.dispose()
    expect(virtual.pending).toBe(1)
    heap.clear(deadline)
    expect(virtual.pending).toBe(0)
  })

  property.prop([
    fc.array(
      fc.record({
        owner: fc.nat({ max: 30 }),
        what: fc.constantFrom('set', 'set', 'clear', 'wait'),
        ms: fc.nat({ max: 300 }),
      }),
      { maxLength: 200 },
    ),
  ])('whatever is set, set again and cleared: what is left expires in time, and in order', async (steps) => {
    const { clock, virtual, alive } = countingClock()
    const expected = new Map<number, number>()
    const expired: [number, number][] = []
    const heap = new DeadlineHeap<number>(({ owner, at }) => {
      expect(virtual.now()).toBe(at)
      expect(expected.get(owner)).toBe(at)
      expected.delete(owner)
      expired.push([at, owner])
    })
    const deadlines = new Map<number, TimedDeadline<number>>()
    for (const { owner, what, ms } of steps) {
      const deadline = deadlines.get(owner) ?? new TimedDeadline(owner, ms)
      deadlines.set(owner, deadline)
      if (what === 'wait') await virtual.advance(ms)
      else if (what === 'set') {
        heap.set(deadline, clock, virtual.now())
        expected.set(owner, virtual.now() + deadline.lengthMs)
      } else {
        heap.clear(deadline)
        expected.delete(owner)
      }
      expect(heap.size).toBe(expected.size)
      expect(virtual.pending).toBeLessThanOrEqual(1)
      expect(alive()).toBe(expected.size > 0 ? 1 : 0)
    }
    await virtual.run()
    expect(expected.size).toBe(0)
    expect(expired).toEqual(expired.toSorted((a, b) => a[0] - b[0]))
  })
})
