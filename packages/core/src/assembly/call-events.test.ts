import { expect, test } from 'vitest'
import { cache, circuitBreaker, ConsecutiveBreaker, pipeline } from '../index.ts'
import { recordEvents, scriptedOperation, VirtualClock } from '../testing.ts'

class Overloaded extends Error {
  override readonly name = 'Overloaded'
}

test('the end of an attempt and of a call carries the name of what was thrown, and nothing of its message', async () => {
  const calls = pipeline([])
  const { events } = recordEvents(calls)
  const operation = scriptedOperation([{ error: new Overloaded('my prompt') }, { value: 'fine' }])
  await calls.execute(operation).catch(() => {})
  await calls.execute(operation)
  const ends = events.filter((event) => event.type === 'attempt.completed' || event.type === 'call.completed')
  expect(ends.map((event) => ('errorName' in event ? event.errorName : 'none'))).toEqual([
    'Overloaded',
    'Overloaded',
    'none',
    'none',
  ])
  expect(JSON.stringify(events)).not.toContain('my prompt')
})

test('a refusal is named as well, although no attempt was made', async () => {
  const calls = pipeline([circuitBreaker({ breaker: () => new ConsecutiveBreaker(1), openAfterMs: 0 })])
  const { events } = recordEvents(calls)
  for (let i = 0; i < 2; i++) await calls.execute(scriptedOperation([{ error: new Overloaded() }])).catch(() => {})
  expect(events.filter(({ type }) => type === 'call.completed')).toMatchObject([
    { errorName: 'Overloaded' },
    { errorName: 'CircuitOpenError' },
  ])
})

test('who waits for the work of another call says of which', async () => {
  const clock = new VirtualClock()
  const calls = pipeline([cache({ key: () => 'the same' })], { clock })
  const { events } = recordEvents(calls)
  const operation = scriptedOperation([{ value: 1, afterMs: 10 }])
  const answers = [1, 2, 3].map(() => calls.execute(operation))
  await clock.run()
  await Promise.all(answers)
  expect(events.filter(({ type }) => type === 'cache.coalesced')).toMatchObject([
    { callId: 2, leader: 1 },
    { callId: 3, leader: 1 },
  ])
})
