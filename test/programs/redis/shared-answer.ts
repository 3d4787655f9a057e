import { cache, cacheKey, pipeline, systemClock, type Clock, type Pipeline } from '@spillway/core'
import { redisCacheStore, type RedisConnection } from '@spillway/redis'
import { expect } from 'vitest'

/** What stands for a process that shares answers. */
interface Sharing {
  readonly ask: (work: () => Promise<string>, signal?: AbortSignal) => Promise<string>
  /** The types of its events so far. */
  readonly events: readonly string[]
}

/** @param clock by one that stands still, what is not told is never seen */
export const sharing = (redis: RedisConnection, clock: Clock = systemClock, key = 'a picture'): Sharing => {
  const store = redisCacheStore(redis, { namespace: 'test' })
  const calls: Pipeline<unknown> = pipeline([cache({ store })], { clock })
  const events: string[] = []
  calls.events.subscribe(({ type }) => events.push(type))
  const values = [[cacheKey, key]] as const
  return { events, ask: (work, signal) => calls.execute(work, { values, signal }) as Promise<string> }
}

/** Work that one process does while another waits for it. */
interface WorkInCommon {
  readonly leader: Sharing
  readonly follower: Sharing
  readonly answers: Promise<readonly [string, string]>
  readonly finish: (picture: string) => void
}

/** One process works, and another one has begun to wait for it. */
export const following = async (
  one: RedisConnection,
  other: RedisConnection,
  clock: Clock = systemClock,
): Promise<WorkInCommon> => {
  const [leader, follower] = [sharing(one, clock), sharing(other, clock)]
  const work = Promise.withResolvers<string>()
  const first = leader.ask(() => work.promise)
  await expect.poll(() => leader.events).toContain('cache.missed')
  const second = follower.ask(() => Promise.reject(new Error('asked twice')))
  await expect.poll(() => follower.events).toContain('cache.followed')
  return { leader, follower, answers: Promise.all([first, second]), finish: work.resolve }
}
