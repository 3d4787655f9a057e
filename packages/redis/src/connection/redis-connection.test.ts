import { settle, VirtualClock } from '@spillway/core/testing'
import { describe, expect, test } from 'vitest'
import type { ConnectionEvent } from './connection-events.ts'
import type { IoredisClient } from './redis-client.ts'
import { redisConnection, type RedisConnection } from './redis-connection.ts'
import type { RedisConnectionOptions } from './redis-connection-options.ts'
import { defineScript } from './script.ts'
import type { StoreUnavailableError } from './store-unavailable-error.ts'

const SCRIPT = defineScript('return 1')

interface Fake {
  readonly clock: VirtualClock
  readonly redis: RedisConnection
  readonly events: ConnectionEvent[]
  readonly client: { -readonly [K in keyof IoredisClient]: IoredisClient[K] }
  /** What was sent. */
  readonly sent: string[]
  /** Answers the oldest command that has no answer. */
  readonly answer: (value: unknown) => Promise<void>
  readonly ask: () => Promise<unknown>
}

const fake = (options: RedisConnectionOptions = {}, status = 'ready'): Fake => {
  const clock = new VirtualClock()
  const sent: string[] = []
  const open: PromiseWithResolvers<never>[] = []
  const command =
    (name: string) =>
    (...args: unknown[]): Promise<never> => {
      sent.push([name, ...args].join(' '))
      const answer = Promise.withResolvers<never>()
      open.push(answer)
      return answer.promise
    }
  const client: Fake['client'] = {
    status,
    connect: command('connect'),
    evalsha: command('evalsha'),
    eval: command('eval'),
    get: command('get'),
    set: command('set'),
    del: command('del'),
  }
  const redis = redisConnection(client, { clock, random: () => 0.5, ...options })
  const events: ConnectionEvent[] = []
  redis.subscribe((event) => events.push(event))
  return {
    clock,
    redis,
    events,
    client,
    sent,
    async answer(value) {
      const next = open.shift()
      if (value instanceof Error) next?.reject(value)
      else next?.resolve(value as never)
      await settle()
    },
    ask: () => redis.get('k').catch((thrown: StoreUnavailableError) => thrown.reason),
  }
}

describe('a connection', () => {
  test('gives an answer that comes in time, and a reason for one that does not', async () => {
    const { redis, answer, ask, clock } = fake()
    const found = redis.get('k')
    await answer('v')
    expect(await found).toBe('v')
    const missing = redis.get('k')
    await answer(null)
    expect(await missing).toBeUndefined()
    const late = ask()
    await clock.advance(99)
    await answer('just so')
    expect(await late).toBe('just so')
    const tooLate = ask()
    await clock.advance(100)
    expect(await tooLate).toBe('timeout')
  })

  test('tells a script that came too late, and runs one that Redis does not know by its text', async () => {
    const { redis, answer, sent, clock } = fake()
    const told: unknown[] = []
    const first = redis.run(SCRIPT, ['k'], ['a'], (value) => told.push(value))
    await answer(new Error('NOSCRIPT No matching script. Please use EVAL.'))
    await answer(7)
    expect(await first).toBe(7)
    expect(sent).toEqual([`evalsha ${SCRIPT.sha} 1 k a`, 'eval return 1 1 k a'])
    const second = redis.run(SCRIPT, ['k'], ['a'], (value) => told.push(value)).catch(() => 'given up')
    await clock.advance(100)
    expect(await second).toBe('given up')
    await answer(8)
    expect(told).toEqual([8])
  })

  test('queues nothing in a client that is not connected, and never sends it later', async () => {
    const { client, sent, ask, answer, clock } = fake({}, 'connecting')
    const waiting = ask()
    await clock.advance(50)
    client.status = 'ready'
    await clock.advance(10)
    await answer('v')
    expect(await waiting).toBe('v')
    client.status = 'reconnecting'
    const lost = ask()
    await clock.advance(100)
    expect(await lost).toBe('not_connected')
    client.status = 'ready'
    await clock.advance(1000)
    expect(sent).toEqual(['get k'])
  })

  test('connects a client that waits for its first command', async () => {
    const { sent, ask, clock } = fake({}, 'wait')
    const lost = ask()
    await clock.advance(100)
    expect(await lost).toBe('not_connected')
    expect(sent[0]).toBe('connect')
  })

  test.for([
    ['Too many Cluster redirections. Last error: ReplyError: CLUSTERDOWN The cluster is down', 'CLUSTERDOWN'],
    ['Too many Cluster redirections. Last error: ReplyError: MOVED 15363 10.0.0.1:6379', 'MOVED'],
    ['Too many Cluster redirections. Last error: Error: Connection is closed.', 'not_connected'],
    ['Connection is closed.', 'not_connected'],
    ['something else', 'Error'],
  ] as const)('says why a client gave up: %s', async ([message, reason]) => {
    const { ask, answer } = fake()
    const failed = ask()
    await answer(new Error(message))
    expect(await failed).toBe(reason)
  })

  test('gives Redis up after some failures in a row, and finds it again by single probes at growing times', async () => {
    const { redis, ask, answer, clock, sent, events } = fake({ maxProbeMs: 1500 })
    for (const failure of ['one', 'two']) {
      const failed = ask()
      await answer(new Error(failure))
      expect(await failed).toBe('Error')
    }
    const between = ask()
    await answer('v')
    await between
    for (const _ of [1, 2, 3]) {
      const failed = ask()
      await answer(Object.assign(new Error('READONLY you cannot write to 10.0.0.1'), {}))
      expect(await failed).toBe('READONLY')
    }
    expect([redis.available, await ask(), sent.length]).toEqual([false, 'degraded', 6])
    // Probes at 500, + 100 for the deadline of the one before + 1000, + 100 + 1500, + 100 + 1500.
    const probes: number[] = []
    for (let ms = 0; ms < 4800; ms += 100) {
      await clock.advance(100)
      if (sent.length > 6 + probes.length) probes.push(ms + 100)
    }
    expect(probes).toEqual([500, 1600, 3200, 4800])
    // Where it failed: in a cluster, another master may be well.
    expect(sent.slice(6)).toEqual(probes.map(() => 'get k:probe'))
    for (const _ of probes) await answer('')
    expect(redis.available).toBe(true)
    expect(events).toEqual([
      { type: 'store.degraded', at: 0, store: 'redis', reason: 'READONLY' },
      { type: 'store.recovered', at: 4800, store: 'redis', downMs: 4800 },
    ])
    const again = ask()
    await answer('v')
    expect(await again).toBe('v')
  })

  test('asks nothing more once disposed of, and leaves no timer', async () => {
    const { redis, ask, answer, clock, sent } = fake({ failures: 1 })
    const failed = ask()
    await answer(new Error('gone'))
    await failed
    redis.dispose()
    await clock.advance(60_000)
    expect([await ask(), redis.available, sent.length]).toEqual(['disposed', false, 1])
  })

  test('a listener that throws or has left hears nothing and hurts nobody', async () => {
    const { redis, ask, answer, events } = fake({ failures: 1 })
    redis.subscribe(() => {
      throw new Error('of the listener')
    })
    const left: unknown[] = []
    redis.subscribe((event) => left.push(event)).unsubscribe()
    const failed = ask()
    await answer(new Error('gone'))
    expect([await failed, events.length, left]).toEqual(['Error', 1, []])
  })
})

describe('the keys', () => {
  const keyOf = (options: RedisConnectionOptions, ...name: [string, string]): string =>
    fake(options).redis.keyOf(...name)

  test('name what they are, and hide whose', () => {
    expect(keyOf({}, 'quota', 'sk-secret')).toMatch(/^spillway:v1:quota:\{[\w-]{22}\}$/)
    expect(keyOf({ prefix: 'pictures' }, 'quota', 'a')).toMatch(/^pictures:v1:quota:/)
  })

  test('differ with every part, name and secret', () => {
    const keys = [
      keyOf({}, 'quota', 'a'),
      keyOf({}, 'quota', 'a\n'),
      keyOf({}, 'quota', '}{'),
      keyOf({}, 'cache', 'a'),
      keyOf({ secret: 'x' }, 'quota', 'a'),
      keyOf({ secret: 'y' }, 'quota', 'a'),
    ].map((key) => key.replace(/.*\{/, ''))
    expect(new Set(keys).size).toBe(keys.length)
  })
})

test.for<[option: string, value: unknown, hint: string]>([
  ['name', '', 'a word'],
  ['prefix', 'a b', 'letters, digits'],
  ['secret', '', 'not empty'],
  ['deadlineMs', 0, 'above 0'],
  ['failures', 0, 'at least 1'],
  ['maxProbeMs', Number.NaN, 'above 0'],
  ['random', 1, 'a function'],
  ['timeoutMs', 1, 'one of'],
])('an option %s of %s is refused', ([option, value, hint]) => {
  const make = (): unknown => fake({ [option]: value })
  expect(make).toThrow(hint)
  expect(make).toThrow(`redisConnection.${option}`)
})

test('what is no client is refused, and a secret is not quoted', () => {
  expect(() => redisConnection('redis://user:hunter2@host' as never)).toThrow(/new Redis\(\)/)
  expect(() => redisConnection('redis://user:hunter2@host' as never)).not.toThrow(/hunter2/)
  expect(() => fake({ secret: 5 as never })).toThrow('number')
})
