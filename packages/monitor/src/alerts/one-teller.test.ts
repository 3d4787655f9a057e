import type { Leases } from '@spillway/core'
import { memoryLeases, VirtualClock } from '@spillway/core/testing'
import { describe, expect, onTestFinished, test } from 'vitest'
import { monitor, type AlertRule } from '../index.ts'

/** Processes that watch the same, each with its own eyes. */
const processes = (count: number, leases: (clock: VirtualClock) => Leases) => {
  const clock = new VirtualClock()
  const shared = leases(clock)
  const told: string[] = []
  const all = Array.from({ length: count }, (_, i) => {
    let isDown = false
    const down: AlertRule = {
      name: 'down',
      severity: 'critical',
      resolveAfterMs: 60_000,
      find: () => (isDown ? { subject: 'official', text: 'all is lost' } : undefined),
    }
    const sinks = [({ kind }: { kind: string }) => void told.push(`${i} ${kind} ${clock.now() / 1000}`)]
    const watch = monitor({ pipelines: [], clock, alerts: { rules: [down], sinks, leases: shared } })
    onTestFinished(() => watch.dispose())
    return { see: (now: boolean) => (isDown = now), die: () => watch.dispose() }
  })
  return { clock, told, all }
}

describe('several processes that watch the same', () => {
  test('tell people once that it is down, and once that it is over', async () => {
    const { clock, told, all } = processes(5, memoryLeases)
    for (const { see } of all) {
      see(true)
      await clock.advance(3000)
    }
    await clock.advance(1_800_000)
    expect(told).toEqual(['0 fired 10'])
    for (const { see } of all) {
      see(false)
      await clock.advance(3000)
    }
    await clock.advance(600_000)
    expect(told.slice(1)).toEqual([expect.stringMatching(/^0 resolved/)])
    for (const { see } of all) see(true)
    await clock.advance(600_000)
    expect(told).toHaveLength(3)
  })

  test('go on telling when the one that told is gone, so that people hear of the end', async () => {
    const { clock, told, all } = processes(3, memoryLeases)
    for (const { see } of all) see(true)
    await clock.advance(60_000)
    all[0]?.die()
    await clock.advance(300_000)
    expect(told).toEqual(['0 fired 10', expect.stringMatching(/^[12] fired 1[78]0$/)])
    for (const { see } of all) see(false)
    await clock.advance(300_000)
    expect(told.slice(2)).toEqual([expect.stringMatching(/^[12] resolved/)])
  })

  test('one that alone is ill still tells', async () => {
    const { clock, told, all } = processes(3, memoryLeases)
    all[2]?.see(true)
    await clock.advance(10_000)
    expect(told).toEqual(['2 fired 10'])
  })

  test.each<[string, () => Leases]>([
    ['refuse', () => ({ take: () => Promise.reject(new Error('down')), release: () => {} })],
    [
      'throw',
      () => ({
        take: () => {
          throw new Error('down')
        },
        release: () => {},
      }),
    ],
    ['hang', () => ({ take: () => new Promise(() => {}), release: () => {} })],
  ])('each tell when the leases %s: rather twice than never', async (_, leases) => {
    const { clock, told, all } = processes(2, leases)
    for (const { see } of all) see(true)
    await clock.advance(10_000)
    await clock.advance(2000)
    expect(told.map((text) => text.slice(0, 7))).toEqual(['0 fired', '1 fired'])
    await clock.advance(600_000)
    expect(told).toHaveLength(2)
  })

  test('leases that are none are refused', () => {
    expect(() => monitor({ alerts: { leases: {} as never } })).toThrow('monitor.alerts.leases')
  })
})
