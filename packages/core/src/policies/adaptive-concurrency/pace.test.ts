import { expect, test } from 'vitest'
import { adaptiveConcurrency, failover, pipeline, type Classifier } from '../../index.ts'
import { scriptedOperation, seededRandom, settle, VirtualClock } from '../../testing.ts'
import { aimdLimit } from './aimd-limit.ts'
import { Places } from './places.ts'

const even = (): number => 0.5

/** Places of an endpoint that has refused four in a row. */
const refusing = (): Places => {
  const places = new Places(aimdLimit({ initial: 64 }), 3000, 0.3)
  for (let n = 0; n < 4; n++) {
    const place = places.take(0, even)
    places.learn('overloaded', 0, 0, 0)
    places.free(place)
  }
  return places
}

test('four refusals in a row set the pace, three do not', () => {
  const places = new Places(aimdLimit(), 3000, 0.3)
  for (let n = 0; n < 4; n++) {
    expect(places.readyInMs(0)).toBe(0)
    places.free(places.take(0, even))
    places.learn('overloaded', 0, 0, 0)
  }
  places.free(places.take(0, even))
  expect(places.readyInMs(0)).toBe(3000)
})

test('it shrinks with what the endpoint works on', () => {
  const places = refusing()
  const waits: number[] = []
  let now = 0
  for (let n = 0; n < 5; n++) {
    places.take(now, even)
    waits.push(places.readyInMs(now))
    now += 3001
  }
  expect(waits).toEqual([3000, 3000, 1500, 1000, 750])
})

test('answers end it', () => {
  const places = refusing()
  places.take(0, even)
  for (let n = 0; n < 2; n++) places.learn('success', 0, 30_000, 30_000)
  expect(places.refusedRatio(30_000)).toBeLessThan(0.3)
  expect(places.readyInMs(1)).toBe(0)
})

test('so does time: five minutes without an attempt halve what is known', () => {
  const places = refusing()
  expect(places.refusedRatio(0)).toBeGreaterThan(0.3)
  expect(places.refusedRatio(300_000)).toBeLessThan(0.3)
})

test('a quota is no overload: throttled calls have their own hints', () => {
  const places = new Places(aimdLimit(), 3000, 0.3)
  for (let n = 0; n < 20; n++) {
    places.free(places.take(0, even))
    places.learn('throttled', 0, 0, 0)
  }
  expect(places.readyInMs(0)).toBe(0)
})

test('processes that began together do not go on together', () => {
  const next = Array.from({ length: 50 }, (_, seed) => {
    const places = refusing()
    places.take(0, seededRandom(seed))
    return places.readyInMs(0)
  })
  expect(Math.min(...next)).toBeLessThan(1800)
  expect(Math.max(...next)).toBeGreaterThan(4200)
})

test('asking changes nothing, and an endpoint in its pace sends calls to the other one', async () => {
  const clock = new VirtualClock()
  const classifier: Classifier = { error: () => ({ kind: 'overloaded' }) }
  const gate = adaptiveConcurrency()
  const endpoints = [{ name: 'official' }, { name: 'relay' }]
  const only = pipeline([failover({ endpoints: endpoints.slice(0, 1) }), gate], { clock, classifier, random: even })
  for (let n = 0; n < 5; n++) await only.execute(() => Promise.reject(new Error('503'))).catch(() => {})
  const both = pipeline([failover({ endpoints, order: 'ordered' }), gate], { clock, classifier, random: even })
  const before = JSON.stringify(gate.snapshot?.())
  const operation = scriptedOperation([{ value: 1 }])
  void both.execute(operation)
  await clock.advance(0)
  expect(operation.started).toEqual([{ at: 0, endpoint: 'relay' }])
  expect(JSON.stringify(gate.snapshot?.())).toContain(before.slice(before.indexOf('{"limit"'), -2))
  const waiting = only.execute(operation)
  await settle()
  expect(operation.runs).toBe(1)
  await clock.advance(3000)
  expect(await waiting).toBe(1)
  expect(operation.started[1]).toEqual({ at: 2000, endpoint: 'official' })
})
