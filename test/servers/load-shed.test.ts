import { aimdLimit } from '@spillway/core'
import { VirtualClock } from '@spillway/core/testing'
import * as forExpress from '@spillway/express'
import * as forKoa from '@spillway/koa'
import { describe, expect, onTestFinished, test } from 'vitest'
import { hosts, type Mounted } from './hosts.ts'

const shed = (options: forExpress.LoadShedOptions): Mounted & { states: (() => forExpress.LoadShedState)[] } => {
  const express = forExpress.loadShed(options)
  const koa = forKoa.loadShed(options)
  return { express, koa, states: [express.state, koa.state] }
}

const calm: forExpress.Pressure = { eventLoopDelayMs: 1, utilization: 0.3, heapUsedBytes: 1e6 }

describe.for(hosts)('load shedding on $name', ({ name, serve }) => {
  /** Requests that stay until they are let go, and what they were answered with. */
  const holding = async (options: forExpress.LoadShedOptions) => {
    const held: (() => void)[] = []
    const mounted = shed(options)
    const { url } = await serve({
      spillway: { trusted: true },
      mounted: [mounted],
      routes: {
        '/hold': ({ send }) => new Promise<void>((done) => held.push(() => done(send('held')))),
        '/fail': ({ response }) => {
          response.statusCode = 504
          response.end()
        },
        '/quick': ({ send }) => send('quick'),
        '/health': ({ send }) => send('healthy'),
      },
    })
    onTestFinished(() => held.forEach((letGo) => letGo()))
    const ask = (path: string, criticality = 'critical', signal?: AbortSignal): Promise<Response> =>
      fetch(url + path, {
        headers: { 'x-request-criticality': criticality },
        ...(signal === undefined ? {} : { signal }),
      })
    const status = async (path: string, criticality?: string): Promise<number> => (await ask(path, criticality)).status
    const fill = async (count: number): Promise<void> => {
      const before = held.length
      for (let at = 0; at < count; at++) void ask('/hold', 'critical-plus').catch(() => {})
      await expect.poll(() => held.length).toBe(before + count)
    }
    const state = mounted.states[name === 'express' ? 0 : 1]
    return { ask, status, fill, held, state: state as () => forExpress.LoadShedState }
  }

  test('by the places that are taken refuses what matters least first, and health checks never', async () => {
    const { status, fill, state } = await holding({ maxConcurrency: 10, pressure: () => calm })
    const levels = ['sheddable', 'sheddable-plus', 'critical', 'critical-plus']
    const answers = async (): Promise<number[]> => {
      const given: number[] = []
      for (const level of levels) given.push(await status('/quick', level))
      return given
    }
    await fill(7)
    expect(await answers()).toEqual([503, 200, 200, 200])
    await fill(1)
    expect(await answers()).toEqual([503, 503, 200, 200])
    await fill(1)
    expect(await answers()).toEqual([503, 503, 503, 200])
    await fill(1)
    expect(await answers()).toEqual([503, 503, 503, 503])
    expect(state()).toEqual({ inFlight: 10, limit: 10, admittedRatio: 1 })
    expect(await status('/health')).toBe(200)
  })

  test('gives the place of an answer or of a client that left back', async () => {
    const { ask, status, held, state } = await holding({ maxConcurrency: 1, pressure: () => calm })
    const leaving = new AbortController()
    const left = ask('/hold', 'critical', leaving.signal)
    await expect.poll(() => held.length).toBe(1)
    const refused = await ask('/quick')
    expect([refused.status, Number(refused.headers.get('retry-after')) >= 2]).toEqual([503, true])
    expect(((await refused.json()) as { type: string }).type).toMatch(/temporary-reduced-capacity$/)
    leaving.abort()
    await expect(left).rejects.toThrow('aborted')
    await expect.poll(() => state().inFlight).toBe(0)
    expect([await status('/quick'), await status('/quick')]).toEqual([200, 200])
  })

  test('by the pressure of the process falls and recovers with it', async () => {
    const clock = new VirtualClock()
    let pressure = calm
    const reasons: string[] = []
    const { status } = await holding({
      clock,
      pressure: () => pressure,
      onShed: (reason) => reasons.push(reason),
    })
    const window = async (): Promise<number> => {
      await clock.advance(500)
      let admitted = 0
      for (let at = 0; at < 20; at++) if ((await status('/quick')) === 200) admitted++
      return admitted
    }
    const windows = async (count: number): Promise<number[]> => {
      const counts: number[] = []
      for (let at = 0; at < count; at++) counts.push(await window())
      return counts
    }
    expect(await windows(2)).toEqual([20, 20])
    pressure = { ...calm, eventLoopDelayMs: 200 }
    expect(await windows(3)).toEqual([20, 10, 5])
    pressure = calm
    expect(await windows(3)).toEqual([7, 9, 11])
    pressure = { ...calm, utilization: 1 }
    await windows(2)
    pressure = { ...calm, heapUsedBytes: 1e12 }
    await windows(1)
    expect(new Set(reasons)).toEqual(new Set(['event_loop_delay', 'utilization']))
    await clock.advance(60_000)
    expect(await windows(1)).toEqual([20])
  })

  test('by its heap, where that has a bound', async () => {
    const clock = new VirtualClock()
    const reasons: string[] = []
    const { status } = await holding({
      clock,
      maxHeapUsedBytes: 1e9,
      pressure: () => ({ ...calm, heapUsedBytes: 2e9 }),
      onShed: (reason) => reasons.push(reason),
    })
    for (let window = 0; window < 3; window++) {
      await clock.advance(500)
      for (let at = 0; at < 10; at++) await status('/quick')
    }
    expect(reasons.length).toBeGreaterThan(0)
    expect(new Set(reasons)).toEqual(new Set(['heap']))
  })

  test('sheds at once when the process had so much to do that it heard nobody for three windows', async () => {
    const clock = new VirtualClock()
    const { status } = await holding({ clock, pressure: () => ({ ...calm, eventLoopDelayMs: 1500, utilization: 1 }) })
    const admitted = async (): Promise<number> => {
      let count = 0
      for (let at = 0; at < 20; at++) if ((await status('/quick')) === 200) count++
      return count
    }
    expect(await admitted()).toBe(20)
    await clock.advance(1500)
    // an eighth of twenty
    expect(await admitted()).toBe(3)
  })

  test('learns how many are too many from answers that came too late, not from other failures', async () => {
    const limit = aimdLimit({ initial: 10, min: 2, cooldownMs: 0, backoffRatio: 0.5 })
    const { status, state } = await holding({ maxConcurrency: limit, pressure: () => calm })
    expect(state().limit).toBe(10)
    await status('/fail')
    await expect.poll(() => state().limit).toBe(5)
    await status('/missing')
    expect(state().limit).toBe(5)
  })

  test('finds out from the process itself that its event loop is blocked', async () => {
    const { status } = await holding({ windowMs: 100, maxEventLoopDelayMs: 30 })
    const block = (): void => {
      const until = performance.now() + 110
      while (performance.now() < until);
    }
    const statuses: number[] = []
    while (!statuses.includes(503) && statuses.length < 40) {
      block()
      statuses.push(await status('/quick'))
    }
    expect(statuses).toContain(503)
    expect(statuses[0]).toBe(200)
  })
})

test.for<[option: string, value: unknown, hint: string]>([
  ['maxConcurency', 3, 'did you mean maxConcurrency?'],
  ['maxConcurrency', 0, 'an integer of at least 1'],
  ['maxConcurrency', {}, 'a number or a limit'],
  ['reserveRatio', 0.5, 'at most 0.3'],
  ['maxUtilization', 0, 'from 0.1 to 1'],
  ['allow', '/health', 'a list of paths'],
])('an option %s of %s is refused', ([option, value, hint]) => {
  expect(() => forExpress.loadShed({ [option]: value })).toThrow(hint)
  expect(() => forKoa.loadShed({ [option]: value })).toThrow(`loadShed.${option}`)
})
