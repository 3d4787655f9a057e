// A process that shares answers and what its breaker sees: node sharing-process.ts <settings as JSON>
import {
  cache,
  cacheKey,
  circuitBreaker,
  pipeline,
  systemClock,
  type CircuitBreakerOptions,
  type Clock,
} from '@spillway/core'
import { redisCacheStore, redisCircuitAdvice, redisConnection, type RedisClient } from '@spillway/redis'
import { Redis } from 'ioredis'
import { createClient } from 'redis'

/** How a sharing process is started. */
export interface SharingSettings {
  readonly url: string
  readonly apiUrl: string
  readonly client: 'ioredis' | 'node-redis'
  readonly namespace: string
  readonly leaseMs: number
  /** How far its monotonic clock is ahead of what it was, and its wall clock behind. */
  readonly ahead: number
  /** Whether calls are cached. */
  readonly cached: boolean
  /** Whether its breaker hears of others. */
  readonly advised: boolean
  readonly breaker: Pick<CircuitBreakerOptions, 'probeLeaseMs'> & { readonly halfOpenAfter?: number }
}

/** What a sharing process is told: so many calls at once. */
export interface Asked {
  readonly ask: number
  readonly prompt: string
  readonly times: number
  readonly abortFirstAfterMs?: number | undefined
}

/** What it tells. */
export type Heard = { readonly event: string } | { readonly ask: number; readonly answers: readonly string[] }

const { url, apiUrl, client, namespace, leaseMs, ahead, cached, advised, breaker } = JSON.parse(
  process.argv[2]!,
) as SharingSettings

const connected = async (): Promise<RedisClient> => {
  if (client === 'ioredis') {
    const ioredis = new Redis(url, { retryStrategy: () => 20 })
    ioredis.on('error', () => undefined)
    return ioredis
  }
  const nodeRedis = createClient({ url, socket: { reconnectStrategy: 20 } })
  nodeRedis.on('error', () => undefined)
  await nodeRedis.connect()
  return nodeRedis
}

const tell = (heard: Heard): void => void process.send?.(heard)

// Its clock is minutes from those of the others, and Redis has a clock of its own.
const clock: Clock = {
  now: () => systemClock.now() + ahead,
  wallTime: () => systemClock.wallTime() - 3 * ahead,
  setTimer: (delayMs, callback) => systemClock.setTimer(delayMs, callback),
}
const redis = redisConnection(await connected(), { deadlineMs: 500, maxProbeMs: 100 })
redis.subscribe(({ type }) => tell({ event: type }))
const calls = pipeline(
  [
    cache({ store: redisCacheStore(redis, { namespace }), leaseMs }),
    circuitBreaker({ ...breaker, ...(advised ? { advice: redisCircuitAdvice(redis) } : {}) }),
  ],
  { clock, classifier: { error: () => ({ kind: 'transient' }) } },
)
calls.events.subscribe(({ type }) => tell({ event: type }))

const paint = async (prompt: string, signal: AbortSignal): Promise<string> => {
  const picture = await calls.execute(
    async (context) => {
      const answer = await fetch(`${apiUrl}/v1/images/generations`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: 'Bearer any' },
        body: JSON.stringify({ model: 'painter', prompt }),
        signal: context.signal,
      })
      const body = (await answer.json()) as { readonly data: readonly { readonly b64_json: string }[] }
      if (!answer.ok) throw new Error(`refused with ${answer.status}`)
      return body.data[0]!.b64_json
    },
    { values: [[cacheKey, cached ? prompt : undefined]], signal },
  )
  return String(picture)
}

process.on('message', ({ ask, prompt, times, abortFirstAfterMs }: Asked) => {
  const callers = Array.from({ length: times }, () => new AbortController())
  if (abortFirstAfterMs !== undefined) setTimeout(() => callers[0]?.abort('gone'), abortFirstAfterMs)
  const ends = callers.map(({ signal }) =>
    paint(prompt, signal).then(
      (picture) => picture,
      (error: unknown) => (error === 'gone' ? 'gone' : `failed: ${(error as Error).name}`),
    ),
  )
  void Promise.all(ends).then((answers) => tell({ ask, answers }))
})
tell({ event: 'ready' })
