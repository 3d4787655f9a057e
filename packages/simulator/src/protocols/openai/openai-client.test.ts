import OpenAI, { APIError } from 'openai'
import { afterEach, expect, test } from 'vitest'
import type { ScriptedReply } from '../../faults/fault.ts'
import { readImagePrompt } from '../../images/image-prompt.ts'
import { presets } from '../../scenario/presets.ts'
import { type Simulator, createSimulator } from '../../simulator.ts'

let simulator: Simulator
afterEach(() => simulator.close())

async function connect(replies: readonly ScriptedReply[] = [], maxRetries = 0): Promise<OpenAI> {
  simulator = createSimulator({ ...presets.instant, replies })
  const { url } = await simulator.listen()
  return new OpenAI({ baseURL: `${url}/v1`, apiKey: 'test', maxRetries })
}

const ASK = { model: 'gpt-5', messages: [{ role: 'user', content: 'Tell me of rivers' }] } as const
const asked = { ...ASK, messages: [...ASK.messages] }

/** What the official client makes of a stream. */
async function readStream(client: OpenAI, signal?: AbortSignal): Promise<{ text: string; ended: string }> {
  let text = ''
  try {
    for await (const chunk of await client.chat.completions.create({ ...asked, stream: true }, { signal })) {
      text += chunk.choices[0]?.delta.content ?? ''
    }
    return { text, ended: signal?.aborted === true ? 'aborted' : 'ended' }
  } catch (error) {
    const { code } = error as { code?: string }
    return { text, ended: `${(error as Error).message.slice(0, 30)} ${code ?? ''}`.trim() }
  }
}

test('a chat answer is whole: text, finish reason, usage, request id', async () => {
  const client = await connect()
  const { data: answer, request_id: requestId } = await client.chat.completions.create(asked).withResponse()
  expect(answer.choices[0]?.message.content).toMatch(/^About "Tell me of rivers": /)
  expect(answer.choices[0]?.finish_reason).toBe('stop')
  const { prompt_tokens: prompt, completion_tokens: completion, total_tokens: total } = answer.usage!
  expect(total).toBe(prompt + completion)
  expect(requestId).toMatch(/^req_[0-9a-f]{32}$/)
})

test('503 twice with a hint, then 200: the client retries its way through', async () => {
  const client = await connect([{ fault: 'overloaded', times: 2, retryAfterMs: 20 }], 2)
  const before = performance.now()
  const answer = await client.chat.completions.create(asked)
  expect(answer.choices).toHaveLength(1)
  expect(performance.now() - before).toBeGreaterThanOrEqual(40)
  expect(performance.now() - before).toBeLessThan(900)
  expect(simulator.counters().total.outcomes).toEqual({ overloaded: 2, ok: 1 })
})

test('a stream carries the same text token by token, with usage when asked for', async () => {
  const client = await connect()
  const whole = await client.chat.completions.create(asked)
  const { text, ended } = await readStream(client)
  expect(ended).toBe('ended')
  expect(text).toBe(whole.choices[0]?.message.content)
  const final = await client.chat.completions
    .stream({ ...asked, stream_options: { include_usage: true } })
    .finalChatCompletion()
  expect(final.usage).toEqual(whole.usage)
  expect(final.choices[0]?.finish_reason).toBe('stop')
})

test('scripted text is what the client reads', async () => {
  const client = await connect([{ fault: 'none', text: 'Seven green bottles.', times: 2 }])
  const answer = await client.chat.completions.create(asked)
  expect(answer.choices[0]?.message.content).toBe('Seven green bottles.')
  expect(await readStream(client)).toEqual({ text: 'Seven green bottles.', ended: 'ended' })
})

test('images arrive as PNGs of their prompt, each of several another', async () => {
  const client = await connect()
  const { data = [], usage } = await client.images.generate({ model: 'gpt-image-1', prompt: 'A fox', n: 2 })
  const files = data.map(({ b64_json: base64 = '' }) => Buffer.from(base64, 'base64'))
  expect(files.map((png) => readImagePrompt(png))).toEqual([
    { prompt: 'A fox', model: 'gpt-image-1' },
    { prompt: 'A fox', model: 'gpt-image-1' },
  ])
  expect(files[0]!.equals(files[1]!)).toBe(false)
  expect(usage?.output_tokens).toBe(2112)
})

test.each([
  ['unauthenticated', 401, 'invalid_api_key'],
  ['permissionDenied', 403, 'model_access_denied'],
  ['notFound', 404, 'model_not_found'],
  ['contextTooLong', 400, 'context_length_exceeded'],
  ['rateLimited', 429, 'rate_limit_exceeded'],
  ['slowDown', 429, 'slow_down'],
  ['insufficientQuota', 429, 'insufficient_quota'],
  ['creditExhausted', 429, 'credit_balance_exhausted'],
  ['internal', 500, 'server_error'],
  ['overloaded', 503, 'server_is_overloaded'],
] as const)('%s reaches the client as %i %s', async (fault, status, code) => {
  const client = await connect([{ fault }])
  const error = await client.chat.completions.create(asked).catch((thrown: unknown) => thrown)
  expect(error).toBeInstanceOf(APIError)
  expect(error).toMatchObject({ status, code })
})

test('a stream that stalls stays silent until the caller ends it', async () => {
  const client = await connect([{ fault: 'stall', afterChunks: 3 }])
  const { text, ended } = await readStream(client, AbortSignal.timeout(400))
  expect(ended).toBe('aborted')
  expect(text).toBe('About "Tell me')
  await expect.poll(() => simulator.counters().total.outcomes).toEqual({ stall: 1 })
})

test('a reset, a truncation and an error inside a stream end as the client shows them', async () => {
  const client = await connect([
    { fault: 'reset', afterChunks: 2 },
    { fault: 'truncated', afterChunks: 2 },
    { fault: 'inBandError', afterChunks: 2 },
    { fault: 'inBandError' },
  ])
  expect(await readStream(client)).toMatchObject({ ended: 'terminated' })
  // The client takes a stream without end marker for whole: what a resilience layer must notice.
  expect(await readStream(client)).toEqual({ text: 'About "Tell', ended: 'ended' })
  expect(await readStream(client)).toMatchObject({
    text: 'About "Tell',
    ended: expect.stringMatching(/server_is_overloaded$/),
  })
  expect(await readStream(client)).toMatchObject({ text: '', ended: expect.stringMatching(/server_is_overloaded$/) })
})

test('heartbeats alone are no content', async () => {
  const client = await connect([{ fault: 'heartbeatsOnly', everyMs: 10 }])
  expect(await readStream(client, AbortSignal.timeout(120))).toEqual({ text: '', ended: 'aborted' })
})

test('a dripping answer is whole in the end', async () => {
  const client = await connect([{ fault: 'drip', bytes: 100, everyMs: 1 }])
  const answer = await client.chat.completions.create(asked)
  expect(answer.choices[0]?.finish_reason).toBe('stop')
})
