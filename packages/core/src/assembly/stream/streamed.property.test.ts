import { fc, test } from '@fast-check/vitest'
import { expect } from 'vitest'
import { bulkhead, timeout } from '../../index.ts'
import { beat, end, setup, word } from './__fixtures__/provider.ts'
import { ended } from '../../kernel/__fixtures__/ended.ts'

test.prop([
  fc.array(
    fc.oneof(
      fc.constant(beat),
      fc.constant(end),
      fc.string({ maxLength: 2 }).map(word),
      fc.integer({ min: 0, max: 40 }),
      fc.constant(new Error('broken')),
    ),
    { maxLength: 12 },
  ),
  fc.integer({ min: 0, max: 200 }),
  fc.nat(8),
])(
  'any stream, read to any point under any limit, ends its attempt once and leaves nothing',
  async (script, totalMs, most) => {
    const places = bulkhead({ maxConcurrency: 1 })
    const limits = timeout({ totalMs: totalMs + 1, idleMs: 30 })
    const { call, calls, clock, recording } = setup([limits, places], [script])
    const reading = ended(
      (async () => {
        let parts = 0
        for await (const _ of await call()) if (parts++ >= most) break
      })(),
    )
    await clock.run()
    await reading
    await clock.run()
    expect(recording.timeline('call.completed')).toHaveLength(1)
    expect(recording.timeline('attempt.completed')).toHaveLength(1)
    expect(calls.state().inFlight).toBe(0)
    expect(places.snapshot?.()).toMatchObject({ running: 0, waiting: 0 })
    expect(clock.pending).toBe(0)
  },
)
