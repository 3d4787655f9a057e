export { redisConnection } from './connection/redis-connection.ts'
export type { RedisConnection } from './connection/redis-connection.ts'
export { REDIS_CONNECTION_DEFAULTS } from './connection/redis-connection-options.ts'
export type { RedisConnectionOptions } from './connection/redis-connection-options.ts'
export type { IoredisClient, NodeRedisClient, RedisClient } from './connection/redis-client.ts'
export type { ConnectionEvent, StoreDegraded, StoreRecovered } from './connection/connection-events.ts'
export type { Script } from './connection/script.ts'
export { StoreUnavailableError } from './connection/store-unavailable-error.ts'

/** What a shared feature does while Redis cannot be asked: go on by itself, or refuse. */
export type WhenDown = 'local' | 'refuse'
