import { ConsecutiveBreaker } from 'cockatiel'
import { describe, expect, test } from 'vitest'
import { createContextKey } from '../../index.ts'
import { recordEvents, scriptedOperation, settle } from '../../testing.ts'
import { caught } from '../../kernel/__fixtures__/ended.ts'
import { breakerOf, busy } from './__fixtures__/breaker.ts'

const tenant = createContextKey('tenant', '')

describe('circuitBreaker worked by hand', () => {
  test('tells each change once, also between calls', async () => {
    const { clock, breaker, calls } = breakerOf()
    const recording = recordEvents(calls)
    await calls.execute(async () => 1)
    await clock.advance(100)
    for (let i = 0; i < 2; i++) breaker.isolate('a')
    await clock.advance(100)
    breaker.close('a')
    await clock.advance(100)
    breaker.close('a')
    expect(recording.timeline('circuit.isolated', 'circuit.closed')).toEqual([
      '100 circuit.isolated',
      '200 circuit.closed',
    ])
    expect(recording.events.at(-1)).toMatchObject({ partition: 'a', byHand: true })
  })

  test('held open and closed by hand, for one partition', async () => {
    const { breaker, calls } = breakerOf({ partitionKey: (context) => context.get(tenant) })
    const ask = (name: string): Promise<unknown> =>
      calls.execute(async () => name, { values: [[tenant, name]] }).catch(caught)
    breaker.isolate('acme')
    expect(await ask('acme')).toMatchObject({
      reason: 'isolated',
      retryAfterMs: Infinity,
      message: 'circuitBreaker (acme) is held open by hand. Close it to let calls through.',
    })
    expect(await ask('other')).toBe('other')
    breaker.close('acme')
    expect(await ask('acme')).toBe('acme')
  })

  test('closing by hand lets those go who wait', async () => {
    const { breaker, calls } = breakerOf({ whenOpen: 'wait' })
    breaker.isolate()
    const operation = scriptedOperation([{ value: 1 }])
    for (let i = 0; i < 3; i++) void calls.execute(operation)
    await settle()
    expect(operation.runs).toBe(0)
    breaker.close()
    await settle()
    expect(operation.runs).toBe(3)
  })

  test('before the first call, it says so when somebody looks', () => {
    const { breaker } = breakerOf()
    expect(breaker.snapshot?.()).toEqual({ partitions: {} })
    breaker.isolate()
    expect(breaker.snapshot?.()).toEqual({
      partitions: { '': { state: 'isolated', openUntil: Infinity, retryAfterMs: Infinity, inFlight: 0, waiting: 0 } },
    })
  })

  test('lets those go who wait in a partition although many others were asked for since', async () => {
    const { breaker, calls } = breakerOf({
      breaker: () => new ConsecutiveBreaker(1),
      whenOpen: 'wait',
      partitionKey: (context) => context.get(tenant),
      maxPartitions: 1,
    })
    await calls.execute(() => Promise.reject(busy), { values: [[tenant, 'acme']] }).catch(caught)
    const waiting = calls.execute(async () => 'served', { values: [[tenant, 'acme']] })
    for (let i = 0; i < 20; i++) await calls.execute(async () => 1, { values: [[tenant, `tenant ${i}`]] })
    breaker.close('acme')
    expect(await waiting).toBe('served')
  })
})
