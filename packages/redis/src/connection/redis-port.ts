import { InvalidOptionsError } from '@spillway/core'
import type { IoredisClient, NodeRedisClient, RedisClient } from './redis-client.ts'
import type { Script } from './script.ts'

/** The few things that are asked of Redis, whichever client asks. */
export interface RedisPort {
  /** Whether what is asked now is sent now, not queued until a connection stands. */
  readonly ready: () => boolean
  readonly evalSha: (script: Script, keys: readonly string[], args: readonly string[]) => Promise<unknown>
  readonly eval: (script: Script, keys: readonly string[], args: readonly string[]) => Promise<unknown>
  readonly get: (key: string) => Promise<string | undefined>
  readonly set: (key: string, value: string, ttlMs: number) => Promise<unknown>
  readonly delete: (key: string) => Promise<unknown>
}

const ioredisPort = (client: IoredisClient): RedisPort => ({
  ready() {
    // Made with lazyConnect, it connects at the first command.
    if (client.status === 'wait') client.connect().catch(() => undefined)
    return client.status === 'ready'
  },
  evalSha: ({ sha }, keys, args) => client.evalsha(sha, keys.length, ...keys, ...args),
  eval: ({ source }, keys, args) => client.eval(source, keys.length, ...keys, ...args),
  get: async (key) => (await client.get(key)) ?? undefined,
  set: (key, value, ttlMs) => client.set(key, value, 'PX', ttlMs),
  delete: (key) => client.del(key),
})

const nodeRedisPort = (client: NodeRedisClient): RedisPort => ({
  ready: () => client.isReady ?? client.isOpen,
  evalSha: ({ sha }, keys, args) => client.evalSha(sha, { keys: [...keys], arguments: [...args] }),
  eval: ({ source }, keys, args) => client.eval(source, { keys: [...keys], arguments: [...args] }),
  // A client may be told to give bytes.
  get: async (key) => (await client.get(key))?.toString(),
  set: (key, value, ttlMs) => client.set(key, value, { expiration: { type: 'PX', value: ttlMs } }),
  delete: (key) => client.del(key),
})

/** @throws InvalidOptionsError when it is a client of neither library */
export const portOf = (client: RedisClient): RedisPort => {
  if (typeof (client as Partial<IoredisClient> | undefined)?.evalsha === 'function')
    return ioredisPort(client as IoredisClient)
  if (typeof (client as Partial<NodeRedisClient> | undefined)?.evalSha === 'function')
    return nodeRedisPort(client as NodeRedisClient)
  throw new InvalidOptionsError(
    'redisConnection.client',
    typeof client,
    'a client of ioredis (new Redis()) or of redis (createClient()), from version 5',
  )
}
