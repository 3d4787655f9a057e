// Whoever leaves is left alone: no further request, no open socket, no listener.
import { getEventListeners } from 'node:events'
import { pipelineOf } from '@spillway/gemini'
import { expect, test } from 'vitest'
import {
  ASK,
  chunk,
  collect,
  connect,
  ofType,
  provide,
  rejection,
  requests,
  serve,
  startStream,
} from './gemini-world.ts'

// trap: aborted-before-start
// hard case: caller-aborts
test('a signal that has ended before sends nothing, and its reason is kept', async () => {
  const { simulator, url } = await provide()
  const { ai } = connect(url)
  const reason = new Error('shut down')
  const config = { abortSignal: AbortSignal.abort(reason) }
  const error = await rejection(ai.models.generateContent({ ...ASK, config }))
  expect(error.name).toBe('AbortError')
  expect(error.cause).toBe(reason)
  expect(requests(simulator)).toBe(0)
})

// hard case: caller-aborts
test('leaving while a retry waits ends the wait at once', async () => {
  const { simulator, url } = await provide({ fault: 'overloaded', times: 5, retryAfterMs: 30_000_000 })
  const { ai, events } = connect(url)
  const controller = new AbortController()
  pipelineOf(ai).events.subscribe((event) => event.type === 'retry.scheduled' && controller.abort())
  const error = await rejection(ai.models.generateContent({ ...ASK, config: { abortSignal: controller.signal } }))
  expect(error.name).toBe('AbortError')
  expect(requests(simulator)).toBe(1)
  expect(ofType(events, 'retry.scheduled')).toHaveLength(1)
  expect(ofType(events, 'call.completed')).toMatchObject([{ verdict: { kind: 'canceled' }, attempts: 1 }])
})

// hard case: caller-aborts
test('leaving while an answer is awaited closes the socket', async () => {
  const controller = new AbortController()
  const { url, left, seen } = await serve(() => controller.abort())
  const { ai, events } = connect(url)
  const error = await rejection(ai.models.generateContent({ ...ASK, config: { abortSignal: controller.signal } }))
  expect(error.name).toBe('AbortError')
  await left
  expect(seen).toHaveLength(1)
  expect(ofType(events, 'call.completed')).toMatchObject([{ verdict: { kind: 'canceled' } }])
})

// trap: link-outlives-call
// hard case: caller-aborts
test('leaving in the middle of a stream closes the socket, and the reason is kept', async () => {
  const { url, left, seen } = await serve((response) => startStream(response, chunk('Hel')))
  const { ai, events } = connect(url)
  const controller = new AbortController()
  const stream = await ai.models.generateContentStream({ ...ASK, config: { abortSignal: controller.signal } })
  expect((await stream.next()).value?.text).toBe('Hel')
  const rest = rejection(stream.next())
  const reason = new Error('enough')
  controller.abort(reason)
  const error = await rest
  expect(error.name).toBe('AbortError')
  expect(error.cause).toBe(reason)
  await left
  expect(seen).toHaveLength(1)
  expect(ofType(events, 'call.completed')).toMatchObject([{ verdict: { kind: 'canceled' } }])
})

// hard case: reader-leaves
test('a signal that lives on has no listener afterwards', async () => {
  const { url } = await provide()
  const { ai } = connect(url)
  const { signal } = new AbortController()
  const config = { abortSignal: signal }
  for (let i = 0; i < 5; i++) await ai.models.generateContent({ ...ASK, config })
  const chunks = await collect(await ai.models.generateContentStream({ ...ASK, config }))
  expect(chunks.length).toBeGreaterThan(1)
  const unread = await ai.models.generateContentStream({ ...ASK, config })
  await unread.return(undefined)
  expect(getEventListeners(signal, 'abort')).toEqual([])
})

test('a timeout of the client itself is told from the caller’s wish', async () => {
  const { url } = await provide({ fault: 'hang' })
  const { ai } = connect(url)
  const config = { httpOptions: { timeout: 200 } }
  const error = await rejection(ai.models.generateContent({ ...ASK, config }))
  expect(error).toMatchObject({ name: 'TimeoutExceededError', phase: 'total', limitMs: 200 })
})

// hard case: caller-aborts
test('a signal that ends after the answer changes nothing', async () => {
  const { url } = await provide()
  const { ai, events } = connect(url)
  const controller = new AbortController()
  const config = { abortSignal: controller.signal }
  const response = await ai.models.generateContent({ ...ASK, config })
  const chunks = await collect(await ai.models.generateContentStream({ ...ASK, config }))
  controller.abort()
  expect([response.text !== '', chunks.length > 1]).toEqual([true, true])
  const success = { verdict: { kind: 'success' } }
  expect(ofType(events, 'call.completed')).toMatchObject([success, success])
})

// hard case: caller-aborts
test('leaving blames nobody: the circuit stays closed, and the next call is sent at once', async () => {
  const { url, seen } = await serve((response) => startStream(response, chunk('Hel')))
  const { ai, events } = connect(url, { circuitBreaker: { openAfterMs: 0 } })
  for (let i = 0; i < 8; i++) {
    const controller = new AbortController()
    const stream = await ai.models.generateContentStream({ ...ASK, config: { abortSignal: controller.signal } })
    await stream.next()
    const rest = rejection(stream.next())
    controller.abort()
    await rest
  }
  expect(seen).toHaveLength(8)
  expect(ofType(events, 'circuit.opened')).toEqual([])
  expect(pipelineOf(ai).state()).toMatchObject({ inFlight: 0, orphans: 0 })
})
