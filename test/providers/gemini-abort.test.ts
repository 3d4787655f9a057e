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

test('break closes the socket', async () => {
  const { url, left } = await serve((response) => startStream(response, chunk('Hel'), chunk('lo')))
  const { ai, events } = connect(url)
  for await (const { text } of await ai.models.generateContentStream(ASK)) if (text) break
  await left
  expect(ofType(events, 'call.completed')).toMatchObject([{ verdict: { kind: 'canceled' } }])
})

test('return() closes the socket also while a chunk is awaited', async () => {
  const { url, left } = await serve((response) => startStream(response, chunk('Hel')))
  const { ai } = connect(url)
  const stream = await ai.models.generateContentStream(ASK)
  await stream.next()
  const pending = stream.next()
  expect(await stream.return('bye')).toEqual({ done: true, value: 'bye' })
  expect(await pending).toEqual({ done: true, value: undefined })
  expect(await stream.next()).toEqual({ done: true, value: undefined })
  await left
})

test('a stream in a chat is closed by break as well', async () => {
  const { url, left } = await serve((response) => startStream(response, chunk('Hel')))
  const { ai } = connect(url)
  const chat = ai.chats.create({ model: ASK.model })
  for await (const { text } of await chat.sendMessageStream({ message: 'Hi' })) if (text) break
  await left
})

test('a stream that nobody reads is over when its caller leaves', async () => {
  const { url, left } = await serve((response) => startStream(response, chunk('Hel')))
  const { ai, events } = connect(url)
  const controller = new AbortController()
  await ai.models.generateContentStream({ ...ASK, config: { abortSignal: controller.signal } })
  controller.abort()
  await left
  expect(ofType(events, 'call.completed')).toMatchObject([{ verdict: { kind: 'canceled' } }])
  expect(pipelineOf(ai).state().inFlight).toBe(0)
})

test('a stream that nobody reads is ended by the limit of the call', async () => {
  const { url, left } = await serve((response) => startStream(response, chunk('Hel')))
  const { ai, events } = connect(url, { timeout: { totalMs: 300 } })
  await ai.models.generateContentStream(ASK)
  await left
  expect(ofType(events, 'call.completed')).toMatchObject([{ verdict: { kind: 'transient', code: 'timeout' } }])
})
