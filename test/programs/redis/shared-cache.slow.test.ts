import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { redisServer, redisUrl } from './redis-server.ts'
import { fourProcesses, model, sharingProcess, taking, type SharingProcess } from './sharing-world.ts'

/** Who asks the model while the others wait. */
const leaderOf = async (all: readonly SharingProcess[]): Promise<SharingProcess> => {
  await expect
    .poll(() => all.filter(({ events }) => events.includes('cache.followed')).length, { interval: 10 })
    .toBe(all.length - 1)
  return all.find(({ events }) => events.includes('cache.missed'))!
}

describe('processes that share answers over Redis', { timeout: 120_000 }, () => {
  // trap: one-asks-for-all
  test('have one picture made for a hundred calls of four processes', async (context) => {
    const { apiUrl, simulator } = await model(context, taking(2000))
    const all = await fourProcesses(context, { url: await redisUrl(context), apiUrl })
    const answers = (await Promise.all(all.map(({ ask }) => ask('a dam at dawn', 25)))).flat()
    expect([answers.length, new Set(answers).size, answers[0]?.length]).toEqual([100, 1, expect.any(Number)])
    expect(answers[0]).not.toMatch(/^failed/)
    expect(simulator.counters().total).toMatchObject({ requests: 1, images: 1 })
  })

  test('find later what another has stored, to the byte', async (context) => {
    const { apiUrl, simulator } = await model(context, taking(10))
    const url = await redisUrl(context)
    const one = await sharingProcess(context, { url, apiUrl })
    const answers = await one.ask('a dam at dusk', 1)
    await expect.poll(() => one.events).toContain('cache.stored')
    const other = await sharingProcess(context, { url, apiUrl, client: 'node-redis' })
    expect(await other.ask('a dam at dusk', 1)).toEqual(answers)
    expect(simulator.counters().total.images).toBe(1)
  })

  // trap: one-asks-for-all
  test('have it made once more at most when the one that asks is killed', async (context) => {
    const { apiUrl, simulator } = await model(context, taking(2000))
    const all = await fourProcesses(context, { url: await redisUrl(context), apiUrl, leaseMs: 1500 })
    const asked = all.map(({ ask }) => ask('a dam in rain', 25).catch(() => [] as string[]))
    const leader = await leaderOf(all)
    await sleep(500)
    leader.kill()
    const since = performance.now()
    const answers = (await Promise.all(asked)).flat()
    expect([answers.length, new Set(answers).size]).toEqual([75, 1])
    expect(answers[0]).not.toMatch(/^failed/)
    expect(simulator.counters().total.generations.started).toBe(2)
    // What was left of the lease, a look, and the picture.
    expect(performance.now() - since).toBeLessThan(1500 + 1500 + 2000 + 2000)
  })

  // trap: tenants-stay-apart
  test('keep tenants apart: each has its own made', async (context) => {
    const { apiUrl, simulator } = await model(context, taking(500))
    const url = await redisUrl(context)
    const tenants = await Promise.all(
      ['acme', 'globex', 'acme'].map((namespace) => sharingProcess(context, { url, apiUrl, namespace })),
    )
    const answers = await Promise.all(tenants.map(({ ask }) => ask('a dam in snow', 5)))
    expect(answers.flat().every((answer) => !answer.startsWith('failed'))).toBe(true)
    expect(simulator.counters().total).toMatchObject({ requests: 2, images: 2 })
  })

  test('lose nobody but the caller that leaves', async (context) => {
    const { apiUrl, simulator } = await model(context, taking(1500))
    const all = await fourProcesses(context, { url: await redisUrl(context), apiUrl })
    const asked = all.map(({ ask }) => ask('a dam in fog', 3, 700))
    const answers = await Promise.all(asked)
    for (const each of answers) {
      expect(each[0]).toBe('gone')
      expect(each.slice(1)).toEqual([answers[0]?.[1], answers[0]?.[1]])
    }
    expect(simulator.counters().total).toMatchObject({ requests: 1, images: 1 })
  })

  test('go on by themselves while Redis is dead, say so, and share again when it is back', async (context) => {
    const { apiUrl, simulator } = await model(context, taking(1500))
    const server = await redisServer(context)
    const all = await fourProcesses(context, { url: server.url, apiUrl })
    const asked = all.map(({ ask }) => ask('a dam at night', 5))
    await leaderOf(all)
    await server.stop('SIGKILL')
    const answers = (await Promise.all(asked)).flat()
    expect(answers.every((answer) => !answer.startsWith('failed'))).toBe(true)
    expect(simulator.counters().total.requests).toBeLessThanOrEqual(4)
    const alone = (await Promise.all(all.map(({ ask }) => ask('a dam without Redis', 5)))).flat()
    expect(alone.every((answer) => !answer.startsWith('failed'))).toBe(true)
    for (const { events } of all) expect(events).toContain('store.degraded')
    const before = simulator.counters().total.requests
    expect(before).toBeLessThanOrEqual(8)
    await server.start()
    for (const { events } of all) await expect.poll(() => events).toContain('store.recovered')
    await Promise.all(all.map(({ ask }) => ask('a dam with Redis', 5)))
    expect(simulator.counters().total.requests - before).toBe(1)
  })
})
