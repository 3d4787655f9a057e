// Calls at work, counted by Redis: what happens to the places of processes that die, are cut off or forgotten.
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { clients, clusterClients } from './clients.ts'
import { granted, join, newPrefix, turn } from './places-world.ts'
import { redisCluster } from './redis-cluster.ts'
import { redisServer, redisUrl } from './redis-server.ts'

describe('the places of calls at work', () => {
  test('are kept as long as their process lives, however long a call takes, and free soon after it has died', async (context) => {
    const url = await redisUrl(context)
    const plan = { maxConcurrency: 2, leaseMs: 1500 }
    const shared = newPrefix()
    const own = join(context, await clients[0]!.open(context, url), shared, plan)
    const other = join(context, await clients[0]!.open(context, url), shared, plan)
    granted(await own.quota.take({}))
    granted(await own.quota.take({}))
    for (let i = 0; i < 6; i++) {
      await sleep(500)
      expect(await other.quota.take({})).toMatchObject({ kind: 'full' })
    }
    own.cut(true)
    const waitedMs = await turn(other.quota, 5000)
    // It was heard of at most a third of a lease ago.
    expect(waitedMs).toBeGreaterThan(700)
    expect((await other.quota.take({})).kind).toBe('granted')
  })

  test('are told again to a Redis that has forgotten them, before anybody gets another', async (context) => {
    const server = await redisServer(context)
    const plan = { maxConcurrency: 3, leaseMs: 30_000 }
    const shared = newPrefix()
    const options = { whenDown: 'refuse', beatMs: 500 } as const
    const own = join(context, await clients[0]!.open(context, server.url), shared, plan, options)
    const other = join(context, await clients[0]!.open(context, server.url), shared, plan, options)
    const grants = [granted(await own.quota.take({})), granted(await own.quota.take({}))]
    granted(await other.quota.take({}))
    await server.stop('SIGKILL')
    // Ends while nobody can be told.
    own.quota.end(grants[0]!)
    own.cut(true)
    await server.start()
    const ask = (): Promise<string> => Promise.resolve(other.quota.take({})).then(({ kind }) => kind, String)
    const kinds = new Set<string>()
    // What the first one has nobody knows yet.
    for (const until = performance.now() + 500; performance.now() < until; await sleep(20)) kinds.add(await ask())
    expect(kinds).not.toContain('granted')
    own.cut(false)
    await expect.poll(ask, { interval: 50 }).toBe('granted')
    for (let i = 0; i < 5; i++) expect(await ask()).toBe('full')
  })

  test('are kept by a disposed pipeline whose calls are still out', async (context) => {
    const url = await redisUrl(context)
    const plan = { maxConcurrency: 1, leaseMs: 1500 }
    const shared = newPrefix()
    const own = join(context, await clients[0]!.open(context, url), shared, plan)
    const other = join(context, await clients[0]!.open(context, url), shared, plan)
    const grant = granted(await own.quota.take({}))
    own.quota.dispose()
    for (let i = 0; i < 4; i++) {
      await sleep(600)
      expect(await other.quota.take({})).toMatchObject({ kind: 'full' })
    }
    own.quota.end(grant)
    await turn(other.quota, 2000)
  })

  test.for(clusterClients)(
    'are shared, and who waits is called, on a cluster through $name',
    async ({ open }, context) => {
      const { masters } = await redisCluster(context, 3)
      const plan = { maxConcurrency: 1, leaseMs: 30_000 }
      const shared = newPrefix()
      let called = false
      const own = join(context, await open(context, masters[0]!.url), shared, plan)
      const other = join(context, await open(context, masters[1]!.url), shared, plan, {}, () => void (called = true))
      const grant = granted(await own.quota.take({}))
      expect((await other.quota.take({})).kind).toBe('full')
      // It hears soon; nobody says when.
      await sleep(1000)
      await other.quota.take({})
      own.quota.end(grant)
      await expect.poll(() => called).toBe(true)
      expect((await other.quota.take({})).kind).toBe('granted')
    },
  )

  test('are given to whoever waits at once, who asks seldom until then, however many wait', async (context) => {
    const url = await redisUrl(context)
    const plan = { maxConcurrency: 1, leaseMs: 30_000 }
    const shared = newPrefix()
    for (const [i, { open }] of clients.entries()) {
      const client = await open(context, url)
      let asked = 0
      const handedMs: number[] = []
      let freedAt = 0
      const wait = (): Promise<unknown> =>
        new Promise((resolve, reject) => {
          let timer: NodeJS.Timeout
          let state: 'waiting' | 'asking' | 'called' | 'granted' = 'waiting'
          const ask = async (): Promise<void> => {
            clearTimeout(timer)
            // Called while it asks, it asks once more; with a place it has no business here.
            if (state !== 'waiting') return void (state = state === 'granted' ? state : 'called')
            state = 'asking'
            asked++
            const answer = await quota.take({})
            if (answer.kind !== 'granted') {
              const waitMs = answer.kind === 'full' ? answer.askInMs : 10
              timer = setTimeout(askAgain, wasCalled() ? 0 : waitMs)
              state = 'waiting'
              return
            }
            state = 'granted'
            handedMs.push(performance.now() - freedAt)
            setTimeout(() => {
              freedAt = performance.now()
              quota.end(answer.grant)
              resolve(quota)
            }, 400)
          }
          const wasCalled = (): boolean => state === 'called'
          const askAgain = (): void => void ask().catch(reject)
          const { quota } = join(context, client, `${shared}:${i}`, plan, {}, askAgain)
          askAgain()
        })
      await Promise.all(Array.from({ length: 12 }, wait))
      // The first did not wait for anybody. Asking alone would find a place after about 50 ms.
      const [median = Infinity] = handedMs
        .slice(1)
        .toSorted((a, b) => a - b)
        .slice(5)
      expect(median).toBeLessThan(40)
      // Twelve for whoever is granted; of those who wait the first asks each 100 ms, the tenth ten times less often.
      expect(asked).toBeLessThan(12 + 12 * 20)
    }
  })
})
