import { UndiciInstrumentation } from '@opentelemetry/instrumentation-undici'
import { constantBackoff } from '@spillway/core'
import { instrument } from '@spillway/opentelemetry'
import { pipelineOf, resilient } from '@spillway/openai'
import { createSimulator } from '@spillway/simulator'
import OpenAI from 'openai'
import { expect, onTestFinished, test } from 'vitest'
import { startSdk } from './sdk.ts'

// hard case: inbound-and-telemetry (openai)
test('the HTTP span of each request is inside the attempt that it belongs to, through a retry', async () => {
  const { providers, receiver, flush } = await startSdk()
  const http = new UndiciInstrumentation()
  http.setTracerProvider(providers.tracerProvider)
  onTestFinished(() => http.disable())
  // The exporter's own requests are none of the test's: they are made by node:http.
  const simulator = createSimulator({ replies: [{ fault: 'overloaded', times: 2 }] }, { timeScale: 1000 })
  const { url } = await simulator.listen()
  onTestFinished(() => simulator.close())
  const client = resilient(new OpenAI({ baseURL: `${url}/v1`, apiKey: 'key' }), {
    name: 'chat',
    retry: { backoff: constantBackoff(1) },
  })
  instrument(pipelineOf(client), providers)

  await client.chat.completions.create({ model: 'gpt-test', messages: [{ role: 'user', content: 'hello' }] })
  await flush()

  const spans = receiver.spans()
  const attempts = spans.filter(({ name }) => name === 'spillway.attempt')
  const requests = spans.filter(({ scope }) => scope === '@opentelemetry/instrumentation-undici')
  const call = spans.find(({ name }) => name === 'spillway.call chat')
  expect(requests.map(({ attributes }) => attributes['http.response.status_code'])).toEqual([503, 503, 200])
  expect(requests.map(({ parentSpanId }) => parentSpanId)).toEqual(attempts.map(({ spanId }) => spanId))
  expect(new Set(spans.map(({ traceId }) => traceId)).size).toBe(1)
  expect(attempts.map(({ attributes }) => attributes['error.type'])).toEqual(['503', '503', undefined])
  expect(attempts.map(({ attributes }) => attributes['http.request.resend_count'])).toEqual([undefined, 1, 2])
  expect([call?.status.code, call?.attributes['spillway.call.attempts']]).toEqual([0, 3])
})
