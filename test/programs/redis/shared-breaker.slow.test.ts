import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { redisServer, type RedisTest } from './redis-server.ts'
import { fourProcesses, model, taking } from './sharing-world.ts'

const CALM_MS = 1500
const OUTAGE_MS = 10_000
/** Until all circuits are open. */
const OPENING_MS = 2500

interface Told {
  /** Requests that met the outage after all circuits were open, counted at the server. */
  readonly probes: number
  readonly events: readonly (readonly string[])[]
  /** How the calls of a second after it ended. */
  readonly last: readonly string[]
}

/** Four processes with a call every 50 ms each, breaks of a second, and an outage of ten. */
const outage = async (context: RedisTest, how: { advised: boolean; redisDies?: boolean }): Promise<Told> => {
  const { apiUrl, simulator } = await model(context, {
    ...taking(20),
    startClock: 'firstRequest',
    phases: [{ kind: 'outage', atMs: CALM_MS, durationMs: OUTAGE_MS, fault: 'internal' }],
  })
  const { url, stop } = await redisServer(context)
  const breaker = { halfOpenAfter: 1000, probeLeaseMs: 500 }
  const all = await fourProcesses(context, { url, apiUrl, cached: false, advised: how.advised, breaker })
  if (how.redisDies === true) await stop('SIGKILL')

  const started = performance.now()
  const traffic = async (untilMs: number): Promise<readonly string[]> => {
    const calls: Promise<readonly string[]>[] = []
    while (performance.now() - started < untilMs) {
      for (const { ask } of all) calls.push(ask('a dam', 1))
      await sleep(50)
    }
    return (await Promise.all(calls)).flat()
  }
  const refused = (): number => simulator.counters().total.outcomes['internal'] ?? 0
  await traffic(CALM_MS + OPENING_MS)
  const before = refused()
  await traffic(CALM_MS + OUTAGE_MS)
  const probes = refused() - before
  await traffic(CALM_MS + OUTAGE_MS + 5000)
  const last = await traffic(CALM_MS + OUTAGE_MS + 6000)
  return { probes, events: all.map(({ events }) => events), last }
}

const failed = (answers: readonly string[]): readonly string[] =>
  answers.filter((answer) => answer.startsWith('failed'))

describe('breakers that advise one another over Redis', { timeout: 120_000 }, () => {
  // trap: one-process-probes
  test('send the probes of one process in an outage, whatever their clocks say, and all come back', async (context) => {
    const { probes, events, last } = await outage(context, { advised: true })
    // One a second, and whoever took over when the lease ended.
    expect(probes).toBeGreaterThanOrEqual(4)
    expect(probes).toBeLessThanOrEqual(11)
    expect(events.flat()).toContain('circuit.probe_deferred')
    expect(failed(last)).toEqual([])
  })

  test('send four times as many without advice', async (context) => {
    const { probes, last } = await outage(context, { advised: false })
    expect(probes).toBeGreaterThanOrEqual(18)
    expect(failed(last)).toEqual([])
  })

  test('go by themselves while Redis is dead, as without advice', async (context) => {
    const { probes, events, last } = await outage(context, { advised: true, redisDies: true })
    expect(probes).toBeGreaterThanOrEqual(18)
    for (const each of events) expect(each).toContain('store.degraded')
    expect(failed(last)).toEqual([])
  })
})
