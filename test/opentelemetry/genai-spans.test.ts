import { OpenAIInstrumentation } from '@opentelemetry/instrumentation-openai'
import { UndiciInstrumentation } from '@opentelemetry/instrumentation-undici'
import { constantBackoff } from '@spillway/core'
import { instrument } from '@spillway/opentelemetry'
import { pipelineOf, resilient } from '@spillway/openai'
import { createSimulator } from '@spillway/simulator'
import OpenAI from 'openai'
import { expect, onTestFinished, test } from 'vitest'
import { startSdk } from './sdk.ts'

/** Hooks of module loaders see nothing of what a test runner loads: its patch is put on by hand, and taken off again. */
class PatchedByHand extends OpenAIInstrumentation {
  override enable(): void {
    super.enable()
    for (const { patch } of this.init()) patch?.({ OpenAI })
  }

  override disable(): void {
    super.disable()
    for (const { unpatch } of this.init()) unpatch?.({ OpenAI })
  }
}

test('beside an instrumentation of the client there is one GenAI span, around the call, its attempts and their requests', async () => {
  const { providers, receiver, flush } = await startSdk()
  const genai = new PatchedByHand()
  const http = new UndiciInstrumentation()
  for (const instrumentation of [genai, http]) {
    instrumentation.setTracerProvider(providers.tracerProvider)
    instrumentation.setMeterProvider(providers.meterProvider)
    onTestFinished(() => instrumentation.disable())
  }
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
  const named = (text: string) => spans.filter(({ name }) => name === text)
  const parents = (each: typeof spans) => each.map(({ parentSpanId }) => parentSpanId)
  const saying = (prefix: string) =>
    spans.filter(({ attributes }) => Object.keys(attributes).some((key) => key.startsWith(prefix)))
  const [chat] = named('chat gpt-test')
  const [call] = named('spillway.call chat')
  const attempts = named('spillway.attempt')
  const requests = spans.filter(({ scope }) => scope === '@opentelemetry/instrumentation-undici')
  expect([chat?.attributes['gen_ai.operation.name'], parents([call!])]).toEqual(['chat', [chat?.spanId]])
  expect(parents(attempts)).toEqual([call?.spanId, call?.spanId, call?.spanId])
  expect(parents(requests)).toEqual(attempts.map(({ spanId }) => spanId))
  // Backends find requests to a model by the first, and sum up the second.
  expect(saying('gen_ai.operation')).toEqual([chat])
  expect(saying('gen_ai.usage')).toEqual([chat])
  const metrics = new Set(receiver.points().map(({ metric }) => metric))
  expect([...metrics].filter((name) => name.startsWith('gen_ai.')).toSorted()).toEqual([
    'gen_ai.client.operation.duration',
    'gen_ai.client.token.usage',
  ])
})
