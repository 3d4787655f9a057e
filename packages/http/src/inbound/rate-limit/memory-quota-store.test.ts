import { fc, test } from '@fast-check/vitest'
import { VirtualClock } from '@spillway/core/testing'
import { describe, expect } from 'vitest'
import { memoryQuotaStore } from './memory-quota-store.ts'
import type { QuotaLevel } from './quota-store.ts'

const wish = { policy: 'p', key: 'k', cost: 1, limit: 3, windowMs: 3000 }

describe('a quota in memory', () => {
  test('gives all its permits at once, and then one by one', async () => {
    const clock = new VirtualClock()
    const store = memoryQuotaStore({ clock })
    const take = (): QuotaLevel => store.take(wish) as QuotaLevel
    expect([take(), take(), take()].map(({ remaining }) => remaining)).toEqual([2, 1, 0])
    expect(take()).toEqual({ allowed: false, remaining: 0, readyInMs: 1000, fullInMs: 3000 })
    await clock.advance(1000)
    expect(take()).toEqual({ allowed: true, remaining: 0, readyInMs: 0, fullInMs: 3000 })
    await clock.advance(60_000)
    expect(take().remaining).toBe(2)
  })

  test('lets through what costs more than all of it when it is whole, and is paid back', async () => {
    const clock = new VirtualClock()
    const store = memoryQuotaStore({ clock })
    expect(store.take({ ...wish, cost: 6 })).toMatchObject({ allowed: true, remaining: 0, fullInMs: 6000 })
    expect(store.take(wish)).toMatchObject({ allowed: false, readyInMs: 4000 })
    await clock.advance(4000)
    expect(store.take(wish)).toMatchObject({ allowed: true })
  })

  test('asks without taking when nothing is to be taken', () => {
    const store = memoryQuotaStore({ clock: new VirtualClock() })
    const level = { allowed: true, remaining: 3, readyInMs: 0, fullInMs: 0 }
    expect([store.take({ ...wish, cost: 0 }), store.take({ ...wish, cost: 0 })]).toEqual([level, level])
  })

  test.prop([
    fc.array(fc.record({ waitMs: fc.nat(2000), cost: fc.integer({ min: 1, max: 4 }) }), { maxLength: 60 }),
    fc.integer({ min: 1, max: 10 }),
  ])('never gives more than a whole quota beyond what came back, and keeps its word on when', async (steps, limit) => {
    const clock = new VirtualClock()
    const store = memoryQuotaStore({ clock })
    const given: { at: number; cost: number }[] = []
    let promised: { at: number; cost: number } | undefined
    for (const { waitMs, cost: wanted } of steps) {
      const cost = Math.min(wanted, limit)
      await clock.advance(waitMs)
      const level = store.take({ ...wish, cost, limit }) as QuotaLevel
      if (promised !== undefined && cost <= promised.cost && clock.now() >= promised.at)
        expect(level.allowed).toBe(true)
      promised = level.allowed ? undefined : { at: clock.now() + level.readyInMs + 0.001, cost }
      if (level.allowed) given.push({ at: clock.now(), cost })
    }
    for (const [from, first] of given.entries()) {
      let sum = 0
      for (const { at, cost } of given.slice(from)) {
        sum += cost
        expect(sum).toBeLessThanOrEqual(limit + ((at - first.at) * limit) / wish.windowMs + 0.01)
      }
    }
  })

  test('stays within its bound, and a flood of keys gets one quota and washes no debt away', () => {
    const store = memoryQuotaStore({ maxKeys: 100, clock: new VirtualClock() })
    const victim = { ...wish, key: 'victim', cost: 3 }
    store.take(victim)
    let allowed = 0
    for (let i = 0; i < 10_000; i++) if ((store.take({ ...wish, key: `flood ${i}` }) as QuotaLevel).allowed) allowed++
    expect(store.size).toBe(100)
    expect(allowed).toBe(99 + 3)
    expect(store.take(victim)).toMatchObject({ allowed: false })
  })

  test('has room again when the flood has paid', async () => {
    const clock = new VirtualClock()
    const store = memoryQuotaStore({ maxKeys: 10, clock })
    for (let i = 0; i < 50; i++) store.take({ ...wish, key: `flood ${i}` })
    await clock.advance(3000)
    expect(store.take({ ...wish, key: 'new', cost: 3 })).toMatchObject({ allowed: true })
    expect(store.take({ ...wish, key: 'newer', cost: 3 })).toMatchObject({ allowed: true })
    expect(store.size).toBeLessThanOrEqual(10)
  })
})
