// How late those are who wait for another process's answer: `node --conditions=@spillway/source test/bench/followers/main.ts`,
// with a Redis at REDIS_URL (default: redis://127.0.0.1:6379). Takes a minute.
import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { cache, cacheKey, pipeline, type Pipeline } from '@spillway/core'
import { redisCacheStore, redisConnection, type RedisClient } from '@spillway/redis'
import { Redis } from 'ioredis'
import { createClient } from 'redis'

const FOLLOWERS = 8
const ROUNDS: readonly { readonly workMs: number; readonly times: number }[] = [
  { workMs: 300, times: 10 },
  { workMs: 3000, times: 5 },
  { workMs: 10_000, times: 3 },
]

const url = process.env['REDIS_URL'] ?? 'redis://127.0.0.1:6379'
const prefix = `spillway-bench:${randomUUID()}`
const closing: (() => void)[] = []

const connected = async (nodeRedis: boolean): Promise<RedisClient> => {
  if (nodeRedis) {
    const client = createClient({ url })
    await client.connect()
    closing.push(() => client.destroy())
    return client
  }
  const client = new Redis(url)
  closing.push(() => client.disconnect())
  return client
}

/** A pipeline with a connection of its own stands for a process. */
const processOf = async (i: number): Promise<Pipeline> => {
  const redis = redisConnection(await connected(i % 2 === 1), { prefix, deadlineMs: 1000 })
  return pipeline([cache({ store: redisCacheStore(redis, { namespace: 'bench' }) })])
}

const all = await Promise.all(Array.from({ length: FOLLOWERS + 1 }, (_, i) => processOf(i)))

const quantile = (sorted: readonly number[], q: number): string =>
  (sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? Number.NaN).toFixed(0)

console.log('| the answer takes | followers | late by, median | p90 | at most |\n| --- | --- | --- | --- | --- |')
for (const { workMs, times } of ROUNDS) {
  const late: number[] = []
  for (let round = 0; round < times; round++) {
    const values = [[cacheKey, `${workMs} ${round}`]] as const
    let doneAt = 0
    const paint = async (): Promise<string> => {
      await sleep(workMs)
      doneAt = performance.now()
      return 'a picture'
    }
    const ends = all.map(async (calls) => {
      await calls.execute(paint, { values })
      return performance.now() - doneAt
    })
    // One of them has asked: it is not late.
    late.push(...(await Promise.all(ends)).toSorted((a, b) => a - b).slice(1))
  }
  late.sort((a, b) => a - b)
  console.log(
    `| ${workMs} ms | ${late.length} | ${quantile(late, 0.5)} ms | ${quantile(late, 0.9)} ms | ${late.at(-1)?.toFixed(0)} ms |`,
  )
}
for (const close of closing) close()
