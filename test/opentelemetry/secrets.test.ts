import { constantBackoff } from '@spillway/core'
import { instrument } from '@spillway/opentelemetry'
import { pipelineOf, resilient } from '@spillway/openai'
import { createSimulator, type ScriptedReply } from '@spillway/simulator'
import OpenAI from 'openai'
import { expect, onTestFinished, test } from 'vitest'
import { startSdk } from './sdk.ts'

const PROMPT = 'CANARY-PROMPT'
const KEY = 'CANARY-KEY'
const REPLY = 'CANARY-REPLY'

// trap: nothing-private
test('no prompt, reply or key is in any byte that is exported, whatever goes wrong', async () => {
  const { providers, receiver, flush } = await startSdk()
  const replies = [
    { fault: 'overloaded' },
    { fault: 'rateLimited', retryAfterMs: 5 },
    { fault: 'inBandError' },
    { fault: 'none', text: REPLY },
    { fault: 'none', text: REPLY },
    { fault: 'invalidKey' },
  ] as readonly ScriptedReply[]
  const simulator = createSimulator({ replies }, { timeScale: 1000 })
  const { url } = await simulator.listen()
  onTestFinished(() => simulator.close())
  const client = resilient(new OpenAI({ baseURL: `${url}/v1`, apiKey: KEY, defaultHeaders: { 'x-secret': KEY } }), {
    name: 'chat',
    retry: { backoff: constantBackoff(1), maxAttempts: 4 },
  })
  onTestFinished(instrument(pipelineOf(client), providers))
  const messages = [{ role: 'user' as const, content: PROMPT }]
  for (let i = 0; i < 3; i++) await client.chat.completions.create({ model: 'gpt-test', messages }).catch(() => {})
  const calls = pipelineOf(client)
  for (const thrown of [
    new Error(`${PROMPT} ${KEY}`),
    Object.assign(new Error('x'), { name: `${PROMPT} !`, code: `${KEY} !` }),
    PROMPT,
  ])
    await calls.execute(() => Promise.reject(thrown)).catch(() => {})
  await flush()

  expect(receiver.spans().length).toBeGreaterThan(8)
  expect(receiver.points().length).toBeGreaterThan(5)
  expect(receiver.logs().length).toBeGreaterThan(0)
  expect(receiver.spans().filter(({ status }) => status.message !== undefined)).toEqual([])
  for (const body of receiver.bodies) for (const secret of ['CANARY', 'x-secret']) expect(body).not.toContain(secret)
})
