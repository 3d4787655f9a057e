import {
  failover,
  pipeline,
  registerPlugin,
  requestedModel,
  retry,
  streamed,
  type CallContext,
  type Pipeline,
  type VerdictKind,
} from '@spillway/core'
import { overloadedUpstream, seededRandom, VirtualClock } from '@spillway/core/testing'
import { describe, expect, onTestFinished, test } from 'vitest'
import { checkHealthOptions, type HealthOptions } from './health-options.ts'
import { ObservedHealth, type LevelChange } from './observed-health.ts'
import { watchAttempts } from './watch-attempts.ts'

const MINUTE = 60_000

const watched = (options: HealthOptions = {}, cautious = () => false) => {
  const clock = new VirtualClock()
  const changes: (LevelChange & { readonly at: number })[] = []
  const health = new ObservedHealth(clock, checkHealthOptions(options), cautious, (change) =>
    changes.push({ ...change, at: clock.now() }),
  )
  const watch = (calls: Pipeline<unknown>): void => {
    const plugin = {
      name: 'test',
      attach: (each: Pipeline<unknown>) =>
        each === calls ? watchAttempts(each, (pair, observation) => health.observe(pair, observation)) : undefined,
    }
    onTestFinished(registerPlugin(plugin))
  }
  return { clock, changes, health, watch }
}

describe('an endpoint in an incident', () => {
  test('gets worse within a minute and better only after it has been for a while', async () => {
    const { clock, changes, health, watch } = watched()
    const upstream = overloadedUpstream({
      clock,
      capacity: 100,
      serviceMs: 20_000,
      refusalMs: 200,
      phases: [
        { fromMs: 30 * MINUTE, capacity: 0 },
        { fromMs: 45 * MINUTE, capacity: 100 },
      ],
    })
    const calls = pipeline([failover({ endpoints: [{ name: 'official', model: 'painter' }] })], {
      clock,
      random: seededRandom(1),
      classifier: { error: () => ({ kind: 'overloaded' }) },
    })
    watch(calls)
    for (let i = 0; i < 60 * 10; i++) {
      void calls.execute(upstream.ask).catch(() => {})
      await clock.advance(6000)
      health.assess()
    }
    const minutes = changes.map(({ to, at }) => [to, Math.round(at / 6000) / 10])
    expect(minutes.map(([to]) => to)).toEqual([
      'healthy',
      'degraded',
      'overloaded',
      'down',
      'overloaded',
      'degraded',
      'healthy',
    ])
    const at = Object.fromEntries(minutes.map(([to, minute], i) => [`${i} ${to}`, minute]))
    expect(at['1 degraded']).toBeLessThan(31)
    expect(at['2 overloaded']).toBeLessThan(32)
    expect(at['3 down']).toBeLessThan(34)
    expect(at['6 healthy']).toBeGreaterThan(47)
    expect(at['6 healthy']).toBeLessThan(52)
    expect(health.read()).toMatchObject([
      {
        endpoint: 'official',
        model: 'painter',
        level: 'healthy',
        successRatio: 1,
        durationMs: { p50: expect.any(Number) },
      },
    ])
    expect(health.hoursOf({ endpoint: 'official', model: 'painter' })).toMatchObject([{ hour: 0, attempts: 597 }])
  })

  test('is what was last known, with its age, while there is no traffic, and in the end unknown', async () => {
    const { clock, changes, health } = watched()
    for (let i = 0; i < 20; i++) health.observe({ endpoint: 'a' }, { kind: 'overloaded', durationMs: 200 })
    await clock.advance(29 * MINUTE)
    health.assess()
    const [silent] = health.read()
    expect(silent).toMatchObject({ level: 'down', attempts: 0, observedAt: clock.wallTime() - 29 * MINUTE })
    await clock.advance(MINUTE)
    health.assess()
    expect(health.read()).toMatchObject([{ level: 'unknown', since: clock.wallTime() }])
    expect(changes.map(({ from, to }) => `${from} ${to}`)).toEqual(['unknown down', 'down unknown'])
  })

  test('with slow answers is degraded, by what is usual in its calmest hour', async () => {
    const { clock, health } = watched()
    const answer = (durationMs: number) => health.observe({ endpoint: 'a' }, { kind: 'success', durationMs })
    for (let i = 0; i < 30; i++) answer(30_000)
    expect(health.read()).toMatchObject([{ level: 'healthy' }])
    await clock.advance(10 * MINUTE)
    for (let i = 0; i < 20; i++) answer(100_000)
    expect(health.read()).toMatchObject([{ level: 'degraded', successRatio: 1 }])
  })
})

describe('attempts', () => {
  test('of each model at each endpoint are told apart, and those of one place in several pipelines are not', async () => {
    const { health, watch } = watched()
    const [first, second, bare] = [
      pipeline([failover({ endpoints: [{ name: 'official' }] })]),
      pipeline([failover({ endpoints: [{ name: 'official' }] })]),
      pipeline([], { name: 'chat' }),
    ]
    for (const each of [first, second, bare]) watch(each)
    const values = [[requestedModel, 'painter'] as const]
    await first.execute(async () => 1, { values })
    await second.execute(async () => 1, { values })
    await second.execute(async () => 1)
    await bare.execute(async () => 1)
    const seen = health.read().map(({ endpoint, model, attempts }) => ({ endpoint, model, attempts }))
    expect(seen).toEqual([
      { endpoint: 'official', model: 'painter', attempts: 2 },
      { endpoint: 'official', model: undefined, attempts: 1 },
      { endpoint: 'chat', model: undefined, attempts: 1 },
    ])
  })

  test('that say nothing of the provider are not counted, retries are', async () => {
    const { health, watch } = watched()
    const kinds = ['throttled', 'request_failed', 'empty', 'canceled', 'overloaded', 'endpoint_failed'] as const
    const calls = pipeline([retry({ maxAttempts: 1 })], {
      classifier: { error: (error) => ({ kind: (error as { kind: VerdictKind }).kind }) },
    })
    watch(calls)
    for (const kind of kinds)
      await calls.execute(() => Promise.reject(Object.assign(new Error('no'), { kind }))).catch(() => {})
    expect(health.read()).toMatchObject([{ attempts: 2, overloadedRatio: 0.5, troubleRatio: 0.5 }])
  })

  test('that are streams have a time to their first content', async () => {
    const { clock, health, watch } = watched()
    const calls = pipeline([], { clock })
    watch(calls)
    const wait = (ms: number) => new Promise<void>((resolve) => void clock.setTimer(ms, resolve))
    const words = async (context: CallContext) => {
      const parts = async function* () {
        await wait(1000)
        yield 'a'
        await wait(9000)
      }
      return streamed(context, parts())
    }
    const reading = (async () => {
      for await (const _ of await calls.execute(words));
    })()
    await clock.advance(20_000)
    await reading
    const [{ contentMs, durationMs } = {}] = health.read()
    expect(contentMs?.p50).toBeCloseTo(1000, -2)
    expect((durationMs?.p50 ?? 0) / 10_000).toBeCloseTo(1, 1)
  })
})

test('whatever names come in, the last of them are remembered', () => {
  const { health } = watched({ maxEndpoints: 3 })
  const keep = { endpoint: 'official', model: 'painter' }
  for (let i = 0; i < 10_000; i++) {
    health.observe({ endpoint: 'official', model: `model ${i}` }, { kind: 'success', durationMs: 1 })
    health.observe(keep, { kind: 'success', durationMs: 1 })
  }
  expect(health.read().map(({ model }) => model)).toEqual(['model 9998', 'model 9999', 'painter'])
  expect(health.hoursOf({ endpoint: 'nowhere' })).toEqual([])
})

test.each<[HealthOptions, string]>([
  [{ windowMs: 0 }, 'windowMs'],
  [{ minAttempts: 0 }, 'minAttempts'],
  [{ downRatio: 1.1 }, 'downRatio'],
  [{ degradedRatio: 0 }, 'degradedRatio'],
  [{ degradedRatio: 0.5, downRatio: 0.4 }, 'degradedRatio'],
  [{ recoverRatio: -1 }, 'recoverRatio'],
  [{ holdMs: Number.NaN }, 'holdMs'],
  [{ slowFactor: 0.5 }, 'slowFactor'],
  [{ window: 1 } as HealthOptions, 'window'],
])('%o cannot be', (options, option) => {
  expect(() => checkHealthOptions(options)).toThrow(`monitor.health.${option}`)
})
