import { cache, cacheKey, pipeline, type Pipeline } from '@spillway/core'
import { VirtualClock } from '@spillway/core/testing'
import { redisCacheStore, type RedisConnection } from '@spillway/redis'
import { expect } from 'vitest'

/** A process whose time stands still: what it gets without being told, it gets never. */
export interface SharingProcess {
  readonly clock: VirtualClock
  readonly ask: (work: () => Promise<string>, signal?: AbortSignal) => Promise<string>
  /** The types of its events so far. */
  readonly events: readonly string[]
}

export const sharing = (redis: RedisConnection): SharingProcess => {
  const clock = new VirtualClock()
  const events: string[] = []
  const calls: Pipeline<unknown> = pipeline([cache({ store: redisCacheStore(redis, { namespace: 'test' }) })], {
    clock,
  })
  calls.events.subscribe(({ type }) => events.push(type))
  const values = [[cacheKey, 'a picture']] as const
  return { clock, events, ask: (work, signal) => calls.execute(work, { values, signal }) as Promise<string> }
}

/** Work that one process does while others wait for it. */
export interface WorkInCommon {
  readonly leader: SharingProcess
  readonly follower: SharingProcess
  readonly answers: Promise<readonly [string, string]>
  readonly finish: (picture: string) => void
}

/** One process works, and another one has begun to wait for it. */
export const following = async (one: RedisConnection, other: RedisConnection): Promise<WorkInCommon> => {
  const [leader, follower] = [sharing(one), sharing(other)]
  const work = Promise.withResolvers<string>()
  const first = leader.ask(() => work.promise)
  await expect.poll(() => leader.events).toContain('cache.missed')
  const second = follower.ask(() => Promise.reject(new Error('asked twice')))
  await expect.poll(() => follower.events).toContain('cache.followed')
  return { leader, follower, answers: Promise.all([first, second]), finish: work.resolve }
}
