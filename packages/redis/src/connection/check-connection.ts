import { InvalidOptionsError } from '@spillway/core'
import type { RedisConnection } from './redis-connection.ts'

/** @throws InvalidOptionsError for anything else, such as the client itself */
export const checkConnection = (option: string, redis: RedisConnection): void => {
  if (typeof redis?.available !== 'boolean')
    throw new InvalidOptionsError(option, redis, 'what redisConnection(client) gave')
}
