import { describe, expect, test } from 'vitest'
import type { CircuitAdvice } from '../../index.ts'
import { fail, memory, processes, slow, type Process } from './__fixtures__/processes.ts'

describe('probes of several processes', () => {
  const outage = async (
    advised: boolean,
    count = 4,
  ): Promise<{ probes: number; most: number; servedAfterMs: number }> => {
    const { all, clock, provider, traffic } = processes(count, {}, advised ? memory : () => () => undefined)
    await traffic(500, 5000)
    provider.up = false
    // All circuits are open after five failures each.
    await traffic(500, 4000)
    const before = provider.requests
    provider.mostRunning = 0
    await traffic(500, 60_000)
    const probes = provider.requests - before
    const most = provider.mostRunning
    provider.up = true
    const back = clock.now()
    while (all.some(({ breaker }) => breaker.stateOf() !== 'closed') && clock.now() - back < 60_000)
      await traffic(500, 500)
    return { probes, most, servedAfterMs: clock.now() - back }
  }

  // trap: one-process-probes
  test('are one at a time, and the others wait for what it finds', async () => {
    const alone = await outage(false)
    const together = await outage(true)
    expect(alone.probes).toBeGreaterThanOrEqual(16)
    expect(together.probes).toBeLessThanOrEqual(6)
    expect([alone.most, together.most]).toEqual([4, 1])
    // Whoever leads may be in the middle of the longest break; the others look three seconds later at most.
    expect(together.servedAfterMs).toBeLessThan(15_000 + 3500)
  })

  test('do not grow with the number of processes', async () => {
    expect((await outage(true, 20)).probes).toBeLessThanOrEqual(6)
  })

  test('are everybody’s own while somebody is served', async () => {
    const { all, clock } = processes(3)
    const [a, b, c] = all as [Process, Process, Process]
    await fail(a, 5)
    await fail(b, 5)
    await clock.advance(2000)
    await c.call(true)
    await clock.advance(1950)
    await c.call(true)
    await clock.advance(50)
    const probing = [a.call(false, 200), b.call(false, 200)]
    await clock.advance(300)
    expect(await Promise.all(probing)).toEqual(['failed', 'failed'])
  })

  test('go on when the process that had the lease has died', async () => {
    let leases: CircuitAdvice['leases'] | undefined
    const { all, clock } = processes(1, {}, (own) => {
      const join = memory(own)
      leases = join().leases
      return join
    })
    const [a] = all as [Process]
    await fail(a, 5)
    await clock.advance(4000)
    await leases?.take('', 'the dead one', 3000)
    const first = await a.call(true)
    expect(first).toBe('refused')
    expect(a.events.at(-3)).toMatchObject({ type: 'circuit.probe_deferred' })
    await clock.advance(3500)
    expect(await a.call(true)).toBe('served')
  })

  test('of calls that wait in line are one at a time as well', async () => {
    const { all, clock, provider } = processes(2, { whenOpen: 'wait' })
    const [a, b] = all as [Process, Process]
    await fail(a, 5)
    await fail(b, 5)
    provider.mostRunning = 0
    const waiting = [a.call(true, 200), b.call(true, 200)]
    await clock.advance(4100)
    expect(provider.mostRunning).toBe(1)
    await clock.run()
    expect(await Promise.all(waiting)).toEqual(['served', 'served'])
    expect(clock.now()).toBeLessThan(8000)
  })

  test('leave a place for the next call when the one that asked has gone', async () => {
    const { all, clock } = processes(1, {}, slow(100))
    const [a] = all as [Process]
    for (let i = 0; i < 5; i++) await a.call(false)
    await clock.advance(4200)
    const caller = new AbortController()
    const gone = a.call(true, 0, caller.signal)
    await clock.advance(50)
    caller.abort('gone')
    expect(await gone).toBe('refused')
    await clock.advance(200)
    expect(await a.call(true)).toBe('served')
    await clock.run()
    expect(clock.pending).toBe(0)
  })

  test('are not asked about twice, and leave what is done by hand meanwhile', async () => {
    const { all, clock } = processes(1, {}, slow(100))
    const [a] = all as [Process]
    for (let i = 0; i < 5; i++) await a.call(false)
    await clock.advance(4200)
    const asking = a.call(true)
    expect(await a.call(true)).toBe('refused')
    a.breaker.isolate()
    await clock.advance(300)
    expect([await asking, a.breaker.stateOf()]).toEqual(['refused', 'isolated'])
  })

  test('hold the lease as long as they may take', async () => {
    const { all, clock } = processes(2)
    const [a, b] = all as [Process, Process]
    await fail(a, 5)
    await fail(b, 5)
    await clock.advance(4000)
    const probe = a.call(false, 2500)
    await clock.advance(1800)
    expect(await b.call(true)).toBe('refused')
    await clock.advance(700)
    expect(await probe).toBe('failed')
  })
})

describe('who looks before it calls', () => {
  const open = async (count: number, ms: number): Promise<ReturnType<typeof processes>> => {
    const made = processes(count, {}, ms === 0 ? memory : slow(ms))
    for (const each of made.all) await fail(each, 5)
    await made.clock.advance(4200)
    return made
  }

  test('is told to look again until it is known whether a probe may go, and is not refused then', async () => {
    const { all, clock } = await open(1, 100)
    const [a] = all as [Process]
    expect([a.readyInMs(), a.readyInMs()]).toEqual([20, 20])
    await clock.advance(150)
    expect(a.readyInMs()).toBe(20)
    await clock.advance(100)
    expect([a.readyInMs(), await a.call(true), a.breaker.stateOf()]).toEqual([0, 'served', 'closed'])
  })

  test('is told how long another may probe', async () => {
    const { all, clock } = await open(2, 0)
    const [a, b] = all as [Process, Process]
    const probe = a.call(true, 2000)
    await clock.advance(10)
    expect(b.readyInMs()).toBe(20)
    await clock.advance(10)
    expect(b.readyInMs()).toBeGreaterThan(2900)
    await clock.advance(2000)
    expect(await probe).toBe('served')
  })

  test('and goes elsewhere keeps nobody from probing', async () => {
    const { all, clock } = await open(2, 0)
    const [looks, calls] = all as [Process, Process]
    const answers: Promise<string>[] = []
    for (let ms = 0; ms < 4000; ms += 100) {
      looks.readyInMs()
      await clock.advance(50)
      answers.push(calls.call(true))
      await clock.advance(50)
    }
    expect(await Promise.all(answers)).toContain('served')
  })
})
