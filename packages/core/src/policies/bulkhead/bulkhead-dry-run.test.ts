import { describe, expect, test } from 'vitest'
import { bulkhead } from '../../index.ts'
import { scriptedOperation } from '../../testing.ts'
import { setup } from './__fixtures__/bulkhead.ts'

describe('bulkhead in a dry run', () => {
  test('lets everybody in, and tells who would have found no seat', async () => {
    const { clock, calls, state, recording } = setup({ maxConcurrency: 2, queueLimit: 1, dryRun: true })
    const operation = scriptedOperation([{ value: 1, afterMs: 10 }])
    const all = Promise.all(Array.from({ length: 5 }, () => calls.execute(operation)))
    expect(state()).toMatchObject({ running: 5, waiting: 0 })
    expect(recording.events.filter(({ type }) => type === 'bulkhead.rejected')).toMatchObject([
      { callId: 4, reason: 'queue_full', dryRun: true },
      { callId: 5, reason: 'queue_full', dryRun: true },
    ])
    await clock.run()
    expect([(await all).length, state()]).toEqual([5, { running: 0, waiting: 0, maxConcurrency: 2 }])
  })

  test('tells what the reserve would have refused', async () => {
    const reserve = { forPriority: 5, places: 2 }
    const { clock, calls, recording } = setup({ maxConcurrency: 3, queueLimit: 1, reserve, dryRun: true })
    const operation = scriptedOperation([{ value: 1, afterMs: 10 }])
    const all = Promise.all([0, 0, 0, 9, 9].map((priority) => calls.execute(operation, { priority })))
    const refused = recording.events.filter(({ type }) => type === 'bulkhead.rejected')
    // One place and one seat for ordinary calls; the last of high priority has no seat beside the four at work.
    expect(refused).toMatchObject([{ callId: 3 }, { callId: 5 }])
    await clock.run()
    await all
  })

  test('must be true or false', () => {
    expect(() => bulkhead({ dryRun: 'yes' as never })).toThrow("bulkhead.dryRun must be true or false, got 'yes'.")
  })
})
