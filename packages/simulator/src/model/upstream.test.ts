import { describe, expect, test } from 'vitest'
import { FIXED, NOON, image, setUp } from '../__fixtures__/upstream.ts'
import { type Clock, createVirtualClock } from '../clock.ts'
import { createRandom } from '../random.ts'
import { resolveEndpoint } from '../scenario/resolve.ts'
import type { OfferedRequest } from './offer.ts'
import { createUpstream } from './upstream.ts'

describe('capacity', () => {
  test('requests beyond the capacity wait in line, and beyond the line are refused at once', () => {
    const { clock, timeline, offer, upstream } = setUp({ capacity: 1, queueLimit: 1, serviceTime: FIXED })
    for (const name of ['a', 'b', 'c']) offer(name)
    clock.advance(120_000)
    expect(timeline).toEqual([
      '0 a started',
      '0 c refused overloaded by queue',
      '30000 a completed',
      '30000 b started',
      '60000 b completed',
    ])
    expect(upstream.counters.read()).toMatchObject({
      outcomes: { ok: 2, overloaded: 1 },
      refusedBy: { queue: 1 },
      generations: { started: 2, completed: 2, abandoned: 0 },
      upstreamSeconds: { useful: 60, wasted: 0 },
      peakQueue: 1,
      images: 2,
    })
  })

  test('an image takes 20 to 40 seconds when nobody waits', () => {
    const { clock, upstream } = setUp({ capacity: 1000 })
    const times: number[] = []
    for (let n = 0; n < 500; n++) upstream.offer(image(), (e) => e.type === 'completed' && times.push(clock.now()))
    clock.advance(60_000)
    expect(times).toHaveLength(500)
    expect(Math.min(...times)).toBeGreaterThanOrEqual(20_000)
    expect(Math.max(...times)).toBeLessThanOrEqual(40_000)
    const mean = times.reduce((sum, ms) => sum + ms, 0) / times.length
    expect(mean).toBeGreaterThan(29_000)
    expect(mean).toBeLessThan(31_000)
  })

  test('chat takes the longer the more tokens come out', () => {
    const { clock, upstream } = setUp({ serviceTime: { chat: { jitterRatio: 0 } } })
    const done: number[] = []
    for (const outputTokens of [80, 800]) {
      const request: OfferedRequest = { ...image(), kind: 'chat', images: 0, outputTokens }
      upstream.offer(request, (event) => event.type === 'completed' && done.push(clock.now()))
    }
    clock.advance(60_000)
    expect(done).toEqual([1400, 10_400])
  })
})

describe('work whose client has left', () => {
  const leave = (abandoned: 'finish' | 'finishStarted' | 'stop'): ReturnType<typeof setUp> => {
    const run = setUp({ capacity: 1, serviceTime: FIXED, abandoned })
    const [first, second] = [run.offer('a'), run.offer('b')]
    run.offer('c')
    run.clock.advance(10_000)
    second.abandon()
    first.abandon()
    run.clock.advance(200_000)
    return run
  }

  test('is all done to the end by default, and counted as wasted', () => {
    const { timeline, upstream } = leave('finish')
    expect(timeline).toEqual(['0 a started', '60000 c started', '90000 c completed'])
    expect(upstream.counters.read()).toMatchObject({
      outcomes: { disconnected: 2, ok: 1 },
      generations: { started: 3, completed: 3, abandoned: 2 },
      upstreamSeconds: { useful: 30, wasted: 60 },
      distinctPrompts: 3,
    })
  })

  test('is forgotten while it waits, when the provider notices', () => {
    const { timeline, upstream } = leave('finishStarted')
    expect(timeline).toEqual(['0 a started', '30000 c started', '60000 c completed'])
    expect(upstream.counters.read().upstreamSeconds).toEqual({ useful: 30, wasted: 30 })
  })

  test('ends at once, when the provider can stop it', () => {
    const { timeline, upstream } = leave('stop')
    expect(timeline).toEqual(['0 a started', '10000 c started', '40000 c completed'])
    expect(upstream.counters.read()).toMatchObject({
      generations: { started: 2, completed: 1, abandoned: 2 },
      upstreamSeconds: { useful: 30, wasted: 10 },
    })
    expect(upstream.state()).toMatchObject({ running: 0, waiting: 0 })
  })
})

describe('timeline', () => {
  test('an outage meets every request until it is over', () => {
    const phases = [{ kind: 'outage', atMs: 1_000, durationMs: 1_000 }] as const
    const { clock, timeline, offer } = setUp({ phases, serviceTime: FIXED })
    for (const name of ['before', 'during', 'after']) {
      offer(name)
      clock.advance(1_000)
    }
    expect(timeline).toEqual(['0 before started', '1000 during refused connectionReset by phase', '2000 after started'])
  })

  test('a brown-out refuses its share and gives the lost slots back at its end', () => {
    const phases = [{ kind: 'brownOut', durationMs: 20_000, capacityRatio: 0.5 }] as const
    const { clock, timeline, offer } = setUp({ capacity: 2, phases, serviceTime: FIXED })
    offer('a')
    offer('b')
    clock.advance(25_000)
    expect(timeline).toEqual(['0 a started', '20000 b started'])

    const shedding = setUp({ capacity: 5000, phases: [{ kind: 'brownOut', refusedRatio: 0.3 }] })
    for (let n = 0; n < 2000; n++) shedding.offer('x')
    const refused = shedding.upstream.counters.read().refusedBy['phase'] ?? 0
    expect(refused / 2000).toBeCloseTo(0.3, 1)
  })

  test('a slow phase stretches what starts in it', () => {
    const { clock, timeline, offer } = setUp({ serviceTime: FIXED, phases: [{ kind: 'slow', factor: 3 }] })
    offer('a')
    clock.advance(100_000)
    expect(timeline).toEqual(['0 a started', '90000 a completed'])
  })
})

describe('script and chance', () => {
  test('scripted replies go to the next requests in order, then all is as usual', () => {
    const { timeline, offer, upstream } = setUp({
      serviceTime: FIXED,
      replies: [{ fault: 'overloaded', times: 2 }, { fault: 'none' }, { fault: 'internal' }],
    })
    upstream.script([{ fault: 'hang' }])
    for (const name of ['a', 'b', 'c', 'd', 'e', 'f']) offer(name)
    expect(timeline).toEqual([
      '0 a refused overloaded by script',
      '0 b refused overloaded by script',
      '0 c started',
      '0 d refused internal by script',
      '0 e refused hang by script',
      '0 f started',
    ])
  })

  test('a fault by chance happens as often as its ratio says, and only in its window', () => {
    const { clock, offer, upstream } = setUp({
      capacity: 10_000,
      serviceTime: FIXED,
      faults: [{ fault: 'internal', ratio: 0.2, atMs: 1_000, durationMs: 1_000 }],
    })
    for (let n = 0; n < 1000; n++) offer('early')
    expect(upstream.counters.read().outcomes).toEqual({})
    clock.advance(1_500)
    for (let n = 0; n < 1000; n++) offer('inside')
    const { outcomes } = upstream.counters.read()
    expect(outcomes['internal']).toBeGreaterThan(160)
    expect(outcomes['internal']).toBeLessThan(240)
  })

  test('an answer that is spoiled on its way holds its slot all the same, and is wasted', () => {
    const { clock, offer, upstream } = setUp({ serviceTime: FIXED, replies: [{ fault: 'truncated' }] })
    offer('a')
    clock.advance(30_000)
    expect(upstream.counters.read()).toMatchObject({
      outcomes: { truncated: 1 },
      upstreamSeconds: { useful: 0, wasted: 30 },
    })
  })

  test('the same seed gives the same run, another seed another', () => {
    const run = (seed: number): string[] => {
      const { clock, timeline, offer } = setUp({ capacity: 3, tenants: {} }, createVirtualClock(), seed)
      for (let n = 0; n < 20; n++) {
        offer(String(n))
        clock.advance(7_000)
      }
      clock.advance(300_000)
      return timeline
    }
    expect(run(5)).toEqual(run(5))
    expect(run(5)).not.toEqual(run(6))
  })
})

test('a closed upstream leaves no timer behind', () => {
  const timers = new Set<number>()
  let next = 0
  const inner = createVirtualClock()
  const clock: Clock = {
    now: () => inner.now(),
    setTimer(ms, fn) {
      const id = next++
      timers.add(id)
      const cancel = inner.setTimer(ms, () => {
        timers.delete(id)
        fn()
      })
      return () => {
        timers.delete(id)
        cancel()
      }
    },
  }
  const upstream = createUpstream(resolveEndpoint('test', { tenants: {} }, NOON), clock, createRandom(1))
  upstream.offer(image(), () => undefined)
  inner.advance(5_000)
  expect(timers.size).toBe(1)
  upstream.close()
  expect(timers.size).toBe(0)
})

test('when a timer is late, what was due is played at its own time, and so is what it leads to', () => {
  let now = 0
  const late: Clock = { now: () => now, setTimer: () => () => undefined }
  const upstream = createUpstream(resolveEndpoint('test', { serviceTime: FIXED }, NOON), late, createRandom(1))
  const again = (left: number): void => {
    upstream.offer(image(), (event) => {
      if (event.type === 'completed' && left > 0) again(left - 1)
    })
  }
  again(2)
  now = 100_000
  upstream.settle()
  expect(upstream.counters.completed).toBe(3)
})
