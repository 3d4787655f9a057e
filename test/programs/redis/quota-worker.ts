// A process that spends a shared quota. Its settings are its argument; it says `ready`, begins when it is told anything, and
// then says when each of its calls began, on a clock that all processes of a machine share.
import { pipeline, rateLimit, type Quota } from '@spillway/core'
import { pipelineOf, resilient } from '@spillway/openai'
import { redisConnection, redisSharedQuota, type RedisClient, type WhenDown } from '@spillway/redis'
import { Redis } from 'ioredis'
import { once } from 'node:events'
import OpenAI from 'openai'
import { createClient } from 'redis'

/** What such a process is told. */
export interface WorkerSettings {
  readonly redisUrl: string
  readonly client: 'ioredis' | 'node-redis'
  readonly quotas: readonly Quota[]
  /** How many calls; `undefined`: on and on. */
  readonly calls?: number
  /** Where they go, through the official client; `undefined`: nowhere. */
  readonly upstream?: string
  /** How wrong its wall clock is. */
  readonly wallSkewMs?: number
  readonly whenDown?: WhenDown
  readonly beatMs?: number
  readonly deadlineMs?: number
}

/** What it says. */
export type WorkerSaid =
  | { readonly ready: true }
  | { readonly beganAt: number }
  | { readonly event: string }
  | { readonly done: number; readonly failed: readonly string[] }

const settings = JSON.parse(process.argv[2] ?? '{}') as WorkerSettings
const say = (said: WorkerSaid): void => void process.send?.(said)

const { now } = Date
Date.now = () => now() + (settings.wallSkewMs ?? 0)

const open = async (): Promise<RedisClient> => {
  if (settings.client === 'ioredis')
    return new Redis(settings.redisUrl, { retryStrategy: () => 50 }).on('error', () => undefined)
  const client = createClient({ url: settings.redisUrl, socket: { reconnectStrategy: 50 } })
  client.on('error', () => undefined)
  await client.connect()
  return client
}

const redis = redisConnection(await open(), { maxProbeMs: 300, deadlineMs: settings.deadlineMs ?? 500 })
redis.subscribe(({ type }) => say({ event: type }))
await redis.get('spillway:warm-up').catch(() => undefined)
const store = redisSharedQuota(redis, { beatMs: settings.beatMs ?? 2000, whenDown: settings.whenDown ?? 'local' })
const limits = { quotas: settings.quotas, store, learn: false, partitionKey: () => 'all' }

const began = (): void => say({ beganAt: Number(process.hrtime.bigint() / 1000n) / 1000 })

const calls = pipeline([rateLimit(limits)])
calls.events.subscribe((event) => {
  if (event.type === 'rate_limit.degraded') say({ event: `share ${event.share}` })
})
const client =
  settings.upstream === undefined
    ? undefined
    : resilient(new OpenAI({ baseURL: `${settings.upstream}/v1`, apiKey: 'the-one-key' }), {
        rateLimit: limits,
        timeout: { totalMs: 120_000 },
      })

if (client !== undefined)
  pipelineOf(client).events.subscribe(({ type }) => {
    if (type === 'attempt.started') began()
  })
// The first request of a process takes longest, on its way out of the process.
if (settings.upstream !== undefined) await (await fetch(settings.upstream)).arrayBuffer()

const call = async (): Promise<unknown> => {
  if (client === undefined) return calls.execute(async () => began())
  const messages = [{ role: 'user' as const, content: 'hello' }]
  return client.chat.completions.create({ model: 'gpt-test', messages }, { timeout: 120_000 })
}

const first = once(process, 'message')
say({ ready: true })
await first

let done = 0
const failed: string[] = []
const one = async (): Promise<void> => {
  try {
    await call()
    done++
  } catch (error) {
    failed.push(String((error as { code?: string }).code ?? error))
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}
if (settings.calls === undefined) for (;;) await Promise.all([one(), one(), one()])
await Promise.all(Array.from({ length: settings.calls }, one))
say({ done, failed })
process.disconnect()
process.exit(0)
