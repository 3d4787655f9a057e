import { describe, expect, test } from 'vitest'
import { createContextKey, failover, pipeline, type FailoverOptions } from '../../index.ts'
import { caught } from '../../kernel/__fixtures__/ended.ts'
import { recordEvents, seededRandom, VirtualClock } from '../../testing.ts'
import { classifier, whereTo } from './__fixtures__/pool.ts'

const setup = (options: FailoverOptions) => {
  const policy = failover(options)
  const calls = pipeline([policy], { clock: new VirtualClock(), classifier, random: seededRandom(5) })
  const { events } = recordEvents(calls)
  return { policy, calls, events }
}

describe('failover, one choice', () => {
  test('is told, and leaves what it knows of each endpoint', async () => {
    const { policy, calls, events } = setup({ endpoints: [{ name: 'a' }, { name: 'b' }], order: 'ordered' })
    await calls.execute(whereTo)
    expect(events.filter(({ type }) => type === 'endpoint.selected')).toMatchObject([
      { policy: 'failover', endpoint: 'a' },
    ])
    const known = { inFlight: 0, answerMs: 0 }
    expect(policy.snapshot?.()).toEqual({ waiting: 0, endpoints: { a: known, b: known } })
  })

  test('a rule for like calls that throws is reported, and the call goes like any other', async () => {
    const stickyKey = (): string => {
      throw new RangeError('broken')
    }
    const { calls, events } = setup({ endpoints: [{ name: 'a' }], stickyKey })
    expect(await calls.execute(whereTo)).toBe('a')
    expect(events.find(({ type }) => type === 'diagnostic.reported')).toMatchObject({
      source: 'failover.stickyKey',
      errorName: 'RangeError',
    })
  })

  test('what costs as much as the ceiling may serve', async () => {
    const { calls } = setup({ endpoints: [{ name: 'a', costPerCall: 4 }], maxCost: 4 })
    expect(await calls.execute(whereTo)).toBe('a')
  })

  test.each([NaN, -1])('a ceiling of %d, from a function, ends its own call, and Infinity is none', async (wrong) => {
    const ceiling = createContextKey('ceiling', Infinity)
    const { calls } = setup({
      endpoints: [{ name: 'a', costPerCall: 4 }],
      maxCost: (context) => context.get(ceiling),
    })
    expect(await calls.execute(whereTo, { values: [[ceiling, wrong]] }).catch(caught)).toMatchObject({
      name: 'InvalidOptionsError',
      option: 'failover.maxCost()',
    })
    expect(await calls.execute(whereTo)).toBe('a')
  })

  test('of a large pool the lowest level is drawn from, and like calls stay where they went', async () => {
    const key = createContextKey('key', '')
    const endpoints = Array.from({ length: 20 }, (_, i) => ({ name: `${i}`, level: i < 10 ? 1 : 0 }))
    const { calls } = setup({ endpoints, stickyKey: (context) => context.get(key) })
    const asked = new Set<unknown>()
    for (let i = 0; i < 50; i++) asked.add(await calls.execute(whereTo, { values: [[key, `call ${i}`]] }))
    expect([...asked].every((name) => Number(name) >= 10)).toBe(true)
    const first = await calls.execute(whereTo, { values: [[key, 'one']] })
    for (let i = 0; i < 10; i++) expect(await calls.execute(whereTo, { values: [[key, 'one']] })).toBe(first)
  })
})
