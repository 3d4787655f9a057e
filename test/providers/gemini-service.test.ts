// The official client inside a server, and under a tracer.
import { UndiciInstrumentation } from '@opentelemetry/instrumentation-undici'
import { pipelineOf } from '@spillway/gemini'
import { instrument } from '@spillway/opentelemetry'
import { describe, expect, onTestFinished, test } from 'vitest'
import { startSdk } from '../opentelemetry/sdk.ts'
import { hosts } from '../servers/hosts.ts'
import { answers, ASK, chunk, connect, json, ofType, serve as serveModel, startStream } from './gemini-world.ts'

const BUSY = json(503, { error: { code: 503, message: 'overloaded', status: 'UNAVAILABLE' } })

describe.for(hosts)('inside $name', ({ serve }) => {
  // hard case: inbound-and-telemetry
  test('a stream ends at the model when the one who asked the server leaves', async () => {
    const model = await serveModel((response) => startStream(response, chunk('Hel')))
    const { ai, events } = connect(model.url)
    const { url } = await serve({
      routes: { '/': async ({ sendEvents }) => sendEvents(await ai.models.generateContentStream(ASK)) },
    })
    const answer = await fetch(url)
    const reader = (answer.body as ReadableStream<Uint8Array>).getReader()
    expect(new TextDecoder().decode((await reader.read()).value)).toContain('Hel')
    await reader.cancel()
    await model.left
    expect(ofType(events, 'call.completed')).toMatchObject([{ verdict: { kind: 'canceled' } }])
  })

  // hard case: inbound-and-telemetry
  test('a failure after the first words is an event, and not a crash', async () => {
    const model = await serveModel((response) => {
      startStream(response, chunk('Hel'))
      setTimeout(() => response.end(), 50)
    })
    const { ai } = connect(model.url)
    const { url } = await serve({
      routes: { '/': async ({ sendEvents }) => sendEvents(await ai.models.generateContentStream(ASK)) },
    })
    const text = await (await fetch(url)).text()
    expect(text).toContain('Hel')
    expect(text).toMatch(/event: error\ndata: .*"status":\d+/)
  })
})

// hard case: inbound-and-telemetry
test('traces show one call for all hops of an answer, and each request once inside its attempt', async () => {
  const { providers, receiver, flush } = await startSdk()
  const http = new UndiciInstrumentation()
  http.setTracerProvider(providers.tracerProvider)
  onTestFinished(() => http.disable())
  const part = (text: string, token?: string) =>
    json(200, {
      candidates: [
        {
          content: { parts: [{ text }] },
          ...(token === undefined
            ? { finishReason: 'STOP' }
            : { finishReason: 'CONTINUATION', continuationToken: token }),
        },
      ],
      usageMetadata: { promptTokenCount: 10, candidatesTokenCount: 2, totalTokenCount: 12 },
    })
  const { url, seen } = await answers(part('Once', 'a'), BUSY, part(' upon', 'b'), part(' a time'))
  const { ai } = connect(url)
  instrument(pipelineOf(ai), providers)
  expect((await ai.models.generateContent(ASK)).text).toBe('Once upon a time')
  await flush()

  const spans = receiver.spans()
  const calls = spans.filter(({ name }) => name.startsWith('spillway.call'))
  const attempts = spans.filter(({ name }) => name === 'spillway.attempt')
  const requests = spans.filter(({ scope }) => scope === '@opentelemetry/instrumentation-undici')
  expect([seen.length, calls.length]).toEqual([4, 1])
  expect(calls[0]?.attributes['spillway.call.attempts']).toBe(4)
  expect(requests.map(({ attributes }) => attributes['http.response.status_code'])).toEqual([200, 503, 200, 200])
  expect(requests.map(({ parentSpanId }) => parentSpanId)).toEqual(attempts.map(({ spanId }) => spanId))
  expect(new Set(spans.map(({ traceId }) => traceId)).size).toBe(1)
})
