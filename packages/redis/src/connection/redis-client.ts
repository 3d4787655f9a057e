/** What is used of a client of `ioredis`, `Redis` or `Cluster`, from version 5. */
export interface IoredisClient {
  readonly status: string
  connect(): Promise<unknown>
  evalsha(sha: string, keyCount: number, ...keysAndArgs: string[]): Promise<unknown>
  eval(script: string, keyCount: number, ...keysAndArgs: string[]): Promise<unknown>
  get(key: string): Promise<string | null>
  set(key: string, value: string, px: 'PX', ttlMs: number): Promise<unknown>
  del(key: string): Promise<unknown>
}

/** What is used of a client of `redis` (node-redis): a client, a cluster or a sentinel, from version 5. */
export interface NodeRedisClient {
  readonly isOpen: boolean
  readonly isReady?: boolean
  evalSha(sha: string, options: { keys: string[]; arguments: string[] }): Promise<unknown>
  eval(script: string, options: { keys: string[]; arguments: string[] }): Promise<unknown>
  get(key: string): Promise<string | Buffer | null>
  set(key: string, value: string, options: { expiration: { type: 'PX'; value: number } }): Promise<unknown>
  del(key: string): Promise<unknown>
}

/** A client that you made, connect and close: of `ioredis` or of `redis`. */
export type RedisClient = IoredisClient | NodeRedisClient
