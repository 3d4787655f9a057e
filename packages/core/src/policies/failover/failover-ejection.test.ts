import { describe, expect, test } from 'vitest'
import { failover, pipeline, type CallContext, type FailoverOptions } from '../../index.ts'
import { recordEvents, seededRandom, VirtualClock } from '../../testing.ts'
import { caught } from '../../kernel/__fixtures__/ended.ts'
import { classifier, Judged } from './__fixtures__/pool.ts'

const pool = ['a', 'b', 'c', 'd'].map((name) => ({ name }))

/** Ordered, so that nothing but ejection keeps calls from the first. */
const setup = (size: number, options: Partial<FailoverOptions> = {}) => {
  const clock = new VirtualClock()
  const endpoints = pool.slice(0, size)
  const calls = pipeline([failover({ endpoints, order: 'ordered', ...options })], {
    clock,
    classifier,
    random: seededRandom(3),
  })
  const recording = recordEvents(calls)
  const asked: string[] = []
  const bad = new Map<string, ConstructorParameters<typeof Judged>[0]>()
  const ask = (): Promise<unknown> =>
    calls
      .execute(async ({ endpoint }: CallContext) => {
        const name = endpoint?.name ?? ''
        asked.push(name)
        const judged = bad.get(name)
        if (judged !== undefined) throw new Judged(judged)
        return name
      })
      .catch(caught)
  return { clock, ask, asked, bad, recording }
}
const KEY = { kind: 'endpoint_failed', scope: 'key' } as const

describe('failover, ejection', () => {
  test('an endpoint that cannot serve is passed over, longer each time, until it answers', async () => {
    const { clock, ask, asked, bad, recording } = setup(2)
    bad.set('a', KEY)
    for (let i = 0; i < 3; i++) expect(await ask()).toBe('b')
    expect(asked).toEqual(['a', 'b', 'b', 'b'])
    await clock.advance(30_000)
    await ask()
    await clock.advance(59_999)
    await ask()
    expect(asked.slice(4)).toEqual(['a', 'b', 'b'])
    await clock.advance(1)
    bad.clear()
    expect(await ask()).toBe('a')
    expect(recording.timeline('endpoint.ejected', 'endpoint.recovered')).toEqual([
      '0 endpoint.ejected',
      '30000 endpoint.ejected',
      '90000 endpoint.recovered',
    ])
    expect(recording.events.find(({ type }) => type === 'endpoint.ejected')).toMatchObject({
      endpoint: 'a',
      verdict: 'endpoint_failed',
      ejectedMs: 30_000,
    })
    expect(recording.events.findLast(({ type }) => type === 'endpoint.ejected')).toMatchObject({ ejectedMs: 60_000 })
    await ask()
    expect(recording.timeline('endpoint.recovered')).toHaveLength(1)
  })

  test('never the last: with all of them bad the least bad is asked, and the pool finds back', async () => {
    const { clock, ask, asked, bad, recording } = setup(3)
    for (const { name } of pool) bad.set(name, KEY)
    for (let i = 0; i < 4; i++) {
      const before = asked.length
      expect(await ask()).toBeInstanceOf(Judged)
      expect(asked.length).toBeGreaterThan(before)
    }
    expect(recording.timeline('endpoint.ejected')).toHaveLength(2)
    bad.clear()
    expect(typeof (await ask())).toBe('string')
    await clock.advance(300_000)
    expect(await ask()).toBe('a')
  })

  test('a pool of one ejects nothing', async () => {
    const { ask, asked, bad, recording } = setup(1)
    bad.set('a', KEY)
    for (let i = 0; i < 5; i++) await ask()
    expect(asked).toHaveLength(5)
    expect(recording.timeline('endpoint.ejected')).toEqual([])
  })

  test('one model that is missing is a caller’s mistake, and only again and again the endpoint’s', async () => {
    const { ask, bad, recording } = setup(2)
    bad.set('a', { kind: 'endpoint_failed', scope: 'model' })
    await ask()
    await ask()
    expect(recording.timeline('endpoint.ejected')).toEqual([])
    await ask()
    expect(recording.timeline('endpoint.ejected')).toEqual(['0 endpoint.ejected'])
  })

  test('one that fails nearly always is passed over where another does not, at most half of the pool', async () => {
    const { ask, asked, bad, recording } = setup(4)
    for (const name of ['a', 'b', 'c']) bad.set(name, { kind: 'overloaded' })
    for (let i = 0; i < 30; i++) expect(await ask()).toBe('d')
    expect(recording.timeline('endpoint.ejected')).toHaveLength(2)
    expect(asked.slice(-2)).toHaveLength(2)
    expect(new Set(asked.slice(-10)).size).toBe(2)
  })

  test('where everything fails nothing is passed over', async () => {
    const { ask, bad, recording } = setup(3)
    for (const { name } of pool) bad.set(name, { kind: 'overloaded' })
    for (let i = 0; i < 30; i++) await ask()
    expect(recording.timeline('endpoint.ejected')).toEqual([])
  })

  test('0 switches it off', async () => {
    const { ask, asked, bad } = setup(2, { ejectForMs: 0 })
    bad.set('a', KEY)
    for (let i = 0; i < 3; i++) await ask()
    expect(asked.filter((name) => name === 'a')).toHaveLength(3)
  })

  test('what may serve a call is asked although it was ejected, where nothing else may', async () => {
    const { ask, asked, bad } = setup(2, { mayServe: ({ name }) => name === 'a' })
    bad.set('a', KEY)
    await ask()
    bad.clear()
    expect(await ask()).toBe('a')
    expect(asked).toEqual(['a', 'a'])
  })
})
