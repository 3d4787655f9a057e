import { constantBackoff, pipeline, retry } from '@spillway/core'
import { scriptedOperation, VirtualClock } from '@spillway/core/testing'
import { instrument } from '@spillway/opentelemetry'
import { expect, test } from 'vitest'
import { startSdk } from './sdk.ts'

test('a call is a span, and each of its attempts a child, on the clock of the pipeline', async () => {
  const { providers, receiver, flush } = await startSdk()
  const clock = new VirtualClock()
  const calls = pipeline([retry({ backoff: constantBackoff(2000), jitter: 'none' })], { name: 'images', clock })
  instrument(calls, providers)
  const operation = scriptedOperation([
    { error: new Error('busy'), afterMs: 1000 },
    { value: 1, afterMs: 3000 },
  ])
  const answer = calls.execute(operation)
  await clock.run()
  await answer
  await flush()
  const [first, second, call] = receiver.spans()
  expect([first?.name, second?.name, call?.name]).toEqual([
    'spillway.attempt',
    'spillway.attempt',
    'spillway.call images',
  ])
  expect([first?.parentSpanId, second?.parentSpanId]).toEqual([call?.spanId, call?.spanId])
  expect([first, second, call].map((span) => [(span?.startMs ?? 0) - (call?.startMs ?? 0), span?.status.code])).toEqual(
    [
      [0, 2],
      [3000, 0],
      [0, 0],
    ],
  )
  expect(call?.startMs).toBe(Date.UTC(2026, 0, 1))
  expect(call?.attributes).toMatchObject({ 'spillway.call.working': 4, 'spillway.call.waiting': 2 })
})
