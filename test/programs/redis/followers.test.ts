import { VirtualClock } from '@spillway/core/testing'
import { redisConnection, type IoredisClient } from '@spillway/redis'
import { Redis } from 'ioredis'
import { expect, test } from 'vitest'
import { clients } from './clients.ts'
import { redisServer } from './redis-server.ts'
import { following } from './shared-answer.ts'
import { toldFollowers } from './told-followers.ts'

for (const kind of clients) toldFollowers(kind, async (context) => [await redisServer(context)])

/** Lets its time pass until it has ended. */
const passing = async <T>(clock: VirtualClock, answers: Promise<T>): Promise<T> => {
  let ended = false
  void answers.finally(() => (ended = true))
  await expect.poll(() => clock.advance(500).then(() => ended)).toBe(true)
  return answers
}

test('who waits looks where its Redis lets nobody publish or subscribe', async (context) => {
  const { url, port } = await redisServer(context)
  const admin = new Redis(url)
  context.onTestFinished(() => admin.disconnect())
  await admin.call('ACL', 'SETUSER', 'app', 'on', '>secret', '~*', '+@all', 'resetchannels')
  const [ioredis] = clients
  const connect = async (): Promise<ReturnType<typeof redisConnection>> =>
    redisConnection(await ioredis!.open(context, `redis://app:secret@127.0.0.1:${port}`), { deadlineMs: 5000 })
  const clock = new VirtualClock()
  const { answers, finish, leader, follower } = await following(await connect(), await connect(), clock)
  finish('a dam')
  expect(await passing(clock, answers)).toEqual(['a dam', 'a dam'])
  expect([...leader.events, ...follower.events]).not.toContain('diagnostic.reported')
})

test('who waits looks where its client cannot be duplicated', async (context) => {
  const { url } = await redisServer(context)
  // The first of the clients is ioredis, whose commands are handed on; the list knows it by what all clients have.
  const client = (await clients[0]!.open(context, url)) as unknown as Redis
  const commands: IoredisClient = {
    status: 'ready',
    connect: () => Promise.resolve(),
    evalsha: (sha, keyCount, ...rest) => client.evalsha(sha, keyCount, ...rest),
    eval: (script, keyCount, ...rest) => client.eval(script, keyCount, ...rest),
    get: (key) => client.get(key),
    set: (key, value, px, ttlMs) => client.set(key, value, px, ttlMs),
    del: (key) => client.del(key),
  }
  const other = redisConnection(commands, { deadlineMs: 5000 })
  const clock = new VirtualClock()
  const { answers, finish } = await following(redisConnection(client, { deadlineMs: 5000 }), other, clock)
  finish('a dam')
  expect(await passing(clock, answers)).toEqual(['a dam', 'a dam'])
})

test('a prefix of the client itself does not keep it from being told', async (context) => {
  const { url } = await redisServer(context)
  const connect = (): ReturnType<typeof redisConnection> => {
    const client = new Redis(url, { keyPrefix: 'app:', enableOfflineQueue: false, lazyConnect: true })
    context.onTestFinished(() => client.disconnect())
    return redisConnection(client, { deadlineMs: 5000 })
  }
  const { answers, finish } = await following(connect(), connect(), new VirtualClock())
  const admin = new Redis(url)
  context.onTestFinished(() => admin.disconnect())
  await expect.poll(() => admin.call('CLIENT', 'LIST', 'TYPE', 'PUBSUB')).toContain('sub=1')
  finish('a dam')
  expect(await answers).toEqual(['a dam', 'a dam'])
})
