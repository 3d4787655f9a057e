// Over TLS with a certificate of one's own: both clients, and the queue.
import { randomUUID } from 'node:crypto'
import { openBatchQueue } from '@spillway/bullmq'
import { redisConnection } from '@spillway/redis'
import { Redis } from 'ioredis'
import { describe, expect, test } from 'vitest'
import { freePort } from '../free-port.ts'
import { certificate, type Certificate } from './certificate.ts'
import { clients } from './clients.ts'
import { everyFeature } from './features.ts'
import { alone, FAST, itemOf, maker, pictureOf } from './queue-makers.ts'
import { redisServer, type RedisServer, type RedisTest } from './redis-server.ts'
import { toldFollowers } from './told-followers.ts'

const secured = async (context: RedisTest): Promise<RedisServer & { readonly certificate: Certificate }> => {
  const own = certificate(context)
  const port = await freePort()
  const files = ['--tls-cert-file', own.certFile, '--tls-key-file', own.keyFile, '--tls-ca-cert-file', own.certFile]
  const tls = ['--port', '0', '--tls-port', String(port), '--tls-auth-clients', 'no', ...files]
  const server = await redisServer(context, { args: tls })
  return { ...server, port, url: `rediss://127.0.0.1:${port}`, certificate: own }
}

const trusted = async (context: RedisTest): Promise<RedisServer> => {
  const server = await secured(context)
  server.certificate.trust()
  return server
}

for (const kind of clients) toldFollowers(kind, async (context) => [await trusted(context)])

describe.for(clients)('over TLS, through $name,', ({ open }) => {
  test('every feature does what it is for', async (context) => {
    const { url } = await trusted(context)
    const prefix = `spillway-test:${randomUUID()}`
    const connect = async (): Promise<ReturnType<typeof redisConnection>> =>
      redisConnection(await open(context, url), { prefix, deadlineMs: 2000 })
    await everyFeature(await connect(), await connect())
  })
})

test('a server that nobody vouches for is told nothing', async (context) => {
  const { url } = await secured(context)
  const client = new Redis(url, { retryStrategy: () => 20 })
  context.onTestFinished(() => client.disconnect())
  const codes: unknown[] = []
  client.on('error', ({ code }: { code?: string }) => codes.push(code))
  await expect(redisConnection(client).get('k')).rejects.toMatchObject({ reason: 'not_connected' })
  expect(new Set(codes)).toEqual(new Set(['DEPTH_ZERO_SELF_SIGNED_CERT']))
})

test('a queue works over TLS', async (context) => {
  const { url } = await trusted(context)
  const queue = openBatchQueue(url, FAST)
  const { make } = maker()
  const worker = queue.work({ make, concurrency: 2 })
  const run = queue.openRun()
  const items = [1, 2, 3].map((n) => itemOf(n))
  expect(await Promise.all(items.map((item) => run.make(item, alone())))).toEqual(items.map(pictureOf))
  await run.close()
  await worker.stop()
})
