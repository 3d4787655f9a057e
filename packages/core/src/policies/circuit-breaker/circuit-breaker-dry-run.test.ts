import { describe, expect, test } from 'vitest'
import { recordEvents } from '../../testing.ts'
import { breakerOf } from './__fixtures__/breaker.ts'

describe('circuitBreaker in a dry run', () => {
  test('refuses nobody, and tells what it would have done', async () => {
    const { clock, breaker, calls, fail } = breakerOf({ dryRun: true })
    const recording = recordEvents(calls)
    await fail(3)
    expect(breaker.stateOf()).toBe('open')
    for (let i = 0; i < 2; i++) expect(await calls.execute(async () => 'served')).toBe('served')
    expect(breaker.stateOf()).toBe('open')
    await clock.advance(10_000)
    await calls.execute(async () => 'the probe')
    expect(recording.timeline('circuit.opened', 'circuit.rejected', 'circuit.half_opened', 'circuit.closed')).toEqual([
      '0 circuit.opened',
      '0 circuit.rejected',
      '0 circuit.rejected',
      '10000 circuit.half_opened',
      '10000 circuit.closed',
    ])
    expect(recording.timeline('diagnostic.reported')).toEqual([])
    const circuit = recording.events.filter(({ type }) => type.startsWith('circuit.'))
    expect(circuit.every((event) => 'dryRun' in event && event.dryRun)).toBe(true)
  })

  test('lets nobody wait, whoever asks, also while it is held open by hand', async () => {
    const { breaker, calls } = breakerOf({ dryRun: true, whenOpen: 'wait' })
    breaker.isolate()
    const ready = await calls.execute(async (context) => breaker.readyInMs?.(context))
    expect(ready).toBe(0)
  })
})
