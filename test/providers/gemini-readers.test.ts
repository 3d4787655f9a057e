// Readers who break off, never begin, or read slowly: no open socket, no timer, no pile of bytes.
import { setTimeout as sleep } from 'node:timers/promises'
import { pipelineOf } from '@spillway/gemini'
import { expect, test } from 'vitest'
import { ASK, chunk, collect, connect, ofType, rejection, serve, startStream } from './gemini-world.ts'

// hard case: reader-leaves
test('break closes the socket', async () => {
  const { url, left } = await serve((response) => startStream(response, chunk('Hel'), chunk('lo')))
  const { ai, events } = connect(url)
  for await (const { text } of await ai.models.generateContentStream(ASK)) if (text) break
  await left
  expect(ofType(events, 'call.completed')).toMatchObject([{ verdict: { kind: 'canceled' } }])
})

// hard case: reader-leaves
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

// hard case: reader-leaves
test('a stream in a chat is closed by break as well', async () => {
  const { url, left } = await serve((response) => startStream(response, chunk('Hel')))
  const { ai } = connect(url)
  const chat = ai.chats.create({ model: ASK.model })
  for await (const { text } of await chat.sendMessageStream({ message: 'Hi' })) if (text) break
  await left
})

// hard case: reader-leaves
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

// hard case: reader-leaves
test('a stream that nobody reads is ended by the limit of the call', async () => {
  const { url, left } = await serve((response) => startStream(response, chunk('Hel')))
  const { ai, events } = connect(url, { timeout: { totalMs: 1500 } })
  await ai.models.generateContentStream(ASK)
  await left
  expect(ofType(events, 'call.completed')).toMatchObject([{ verdict: { kind: 'transient', code: 'timeout' } }])
})

// hard case: reader-leaves
test.for(['of a model', 'of a chat'])('a reader of a stream %s that throws closes the socket', async (what) => {
  const { url, left } = await serve((response) => startStream(response, chunk('Hel')))
  const { ai, events } = connect(url)
  const reading = async () => {
    const stream =
      what === 'of a chat'
        ? await ai.chats.create({ model: ASK.model }).sendMessageStream({ message: 'Hi' })
        : await ai.models.generateContentStream(ASK)
    for await (const { text } of stream) if (text) throw new Error('no room for more')
  }
  expect((await rejection(reading())).message).toBe('no room for more')
  await left
  expect(ofType(events, 'call.completed')).toMatchObject([{ verdict: { kind: 'canceled' } }])
  expect(pipelineOf(ai).state().inFlight).toBe(0)
})

// hard case: reader-leaves
test('a slow reader holds the provider back, and is not taken for a silent stream', async () => {
  let written = 0
  const piece = chunk('x'.repeat(64 * 1024))
  const { url } = await serve((response) => {
    startStream(response)
    const fill = (): void => {
      for (; written < 400; written++)
        if (!response.write(piece)) {
          written++
          response.once('drain', fill)
          return
        }
      response.end(chunk('', { finishReason: 'STOP' }))
    }
    fill()
  })
  const { ai } = connect(url, { timeout: { idleMs: 150 } })
  const stream = await ai.models.generateContentStream(ASK)
  for (let i = 0; i < 3; i++) {
    await stream.next()
    await sleep(250)
  }
  // Of 25 MB, what sockets and buffers hold.
  expect(written).toBeLessThan(200)
  expect(await collect(stream)).toHaveLength(398)
  expect(written).toBe(400)
})
