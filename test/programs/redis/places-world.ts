import type { ConcurrencyPlan, SharedAnswer, SharedGrant, SharedQuota } from '@spillway/core'
import { redisConnection, redisSharedQuota, type RedisClient, type RedisSharedQuotaOptions } from '@spillway/redis'
import { setTimeout as sleep } from 'node:timers/promises'
import type { TestContext } from 'vitest'

/** The grant, where there is one. */
export const granted = (answer: SharedAnswer): SharedGrant => {
  if (answer.kind !== 'granted') throw new Error(`not granted, but ${JSON.stringify(answer)}`)
  return answer.grant
}

/** Processes with one share places; no two are the same. */
export const newPrefix = (): string => `spillway-test:${Math.random()}`

/** A process that shares the places of others with its prefix. */
export const join = (
  context: Pick<TestContext, 'onTestFinished'>,
  client: RedisClient,
  shared: string,
  plan: ConcurrencyPlan,
  options: RedisSharedQuotaOptions = {},
  freed?: () => void,
): { quota: SharedQuota; cut: (off: boolean) => void } => {
  let off = false
  const quiet = new Proxy(client, {
    get(target, name) {
      if (off && name === 'evalsha') return () => Promise.reject(new Error('ECONNRESET'))
      const value: unknown = Reflect.get(target, name)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
  const redis = redisConnection(quiet, { prefix: shared, deadlineMs: 1000, maxProbeMs: 100 })
  const quota = redisSharedQuota(redis, options).open('a', [], plan, freed)
  context.onTestFinished(() => {
    quota.dispose()
    redis.dispose()
  })
  return { quota, cut: (now) => void (off = now) }
}

/** Asks until it is granted. Resolves with how long that took, in milliseconds. */
export const turn = async (quota: SharedQuota, atMostMs: number): Promise<number> => {
  const from = performance.now()
  for (;;) {
    const answer = await quota.take({})
    const waitedMs = performance.now() - from
    if (answer.kind === 'granted') return waitedMs
    if (waitedMs > atMostMs) throw new Error(`no place within ${atMostMs} ms: ${JSON.stringify(answer)}`)
    await sleep(answer.kind === 'full' ? answer.askInMs : 20)
  }
}
