import OpenAI, { APIError, toFile } from 'openai'
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

test('a chat that asks for a picture among its modalities gets it in the message, whole and in a stream', async () => {
  const client = await connect()
  const drawing = {
    model: 'painter',
    messages: [{ role: 'user' as const, content: 'A fox' }],
    modalities: ['image', 'text'] as unknown as ['text'],
    image_config: { aspect_ratio: '16:9' },
  }
  type Pictured = { content: string; images: { image_url: { url: string } }[] }
  const promptsOf = ({ images }: Pictured): unknown =>
    images.map(({ image_url: { url } }) => readImagePrompt(Buffer.from(url.split(',')[1] ?? '', 'base64')))
  const fox = [{ prompt: 'A fox', model: 'painter' }]
  const whole = await client.chat.completions.create(drawing)
  expect(promptsOf(whole.choices[0]?.message as unknown as Pictured)).toEqual(fox)
  expect(whole.usage?.completion_tokens).toBe(1056)
  const streamed: unknown[] = []
  for await (const { choices } of await client.chat.completions.create({ ...drawing, stream: true })) {
    const delta = choices[0]?.delta as unknown as Pictured
    if (delta.images !== undefined) streamed.push(promptsOf(delta))
  }
  expect(streamed).toEqual([fox])
  expect(simulator.counters().total).toMatchObject({ images: 2, requests: 2 })
})

test('a chat that asks for a picture may get words alone, or nothing', async () => {
  const client = await connect([{ fault: 'textOnly' }, { fault: 'noImage' }])
  const drawing = { ...asked, modalities: ['image', 'text'] as unknown as ['text'] }
  const messages = [await client.chat.completions.create(drawing), await client.chat.completions.create(drawing)]
  const [words, nothing] = messages.map(({ choices }) => choices[0]?.message)
  expect(words).toMatchObject({ content: 'Here is the picture you asked for.' })
  expect(words).not.toHaveProperty('images')
  expect(nothing).toMatchObject({ content: '', images: [] })
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

test('the responses API answers whole and in a stream that its helper puts together', async () => {
  const client = await connect()
  const whole = await client.responses.create({ model: 'gpt-5', input: 'Tell me of rivers' })
  expect(whole.output_text).toMatch(/^About "Tell me of rivers": /)
  expect(whole).toMatchObject({ status: 'completed', usage: { input_tokens: 5 } })
  const types = new Set<string>()
  const stream = client.responses.stream({ model: 'gpt-5', input: [{ role: 'user', content: 'Tell me of rivers' }] })
  for await (const { type } of stream) types.add(type)
  const { output_text: text, status } = await stream.finalResponse()
  expect({ text, status }).toEqual({ text: whole.output_text, status: 'completed' })
  expect([...types]).toEqual([
    'response.created',
    'response.output_item.added',
    'response.content_part.added',
    'response.output_text.delta',
    'response.output_text.done',
    'response.content_part.done',
    'response.output_item.done',
    'response.completed',
  ])
})

test('a response that failed and one that was cut off say so with status 200', async () => {
  const client = await connect([{ fault: 'failedAnswer', error: 'internal' }, { fault: 'incomplete' }])
  const ask = { model: 'gpt-5', input: 'Tell me of rivers' } as const
  expect(await client.responses.create(ask)).toMatchObject({ status: 'failed', error: { code: 'server_error' } })
  expect(await client.responses.create(ask)).toMatchObject({
    status: 'incomplete',
    incomplete_details: { reason: 'max_output_tokens' },
  })
})

test('an image is streamed in drafts and then finished', async () => {
  const client = await connect()
  const drawing = { model: 'gpt-image-1', prompt: 'A fox', stream: true, partial_images: 2 } as const
  const types: string[] = []
  let last = ''
  for await (const event of await client.images.generate(drawing)) {
    types.push(event.type)
    last = event.b64_json
  }
  expect(types).toEqual([
    'image_generation.partial_image',
    'image_generation.partial_image',
    'image_generation.completed',
  ])
  expect(readImagePrompt(Buffer.from(last, 'base64'))).toEqual({ prompt: 'A fox', model: 'gpt-image-1' })
})

test('an image is edited out of a form, whole and in a stream', async () => {
  const client = await connect()
  const image = await toFile(Buffer.from('a picture'), 'in.png', { type: 'image/png' })
  const edit = { model: 'gpt-image-1', prompt: '42', image }
  const { data = [] } = await client.images.edit({ ...edit, n: 2 })
  expect(readImagePrompt(Buffer.from(data[1]?.b64_json ?? '', 'base64'))?.prompt).toBe('42')
  const types: string[] = []
  for await (const { type } of await client.images.edit({ ...edit, stream: true, partial_images: 1 })) types.push(type)
  expect(types).toEqual(['image_edit.partial_image', 'image_edit.completed'])
  expect(simulator.counters().total.requests).toBe(2)
})

test.each(['crlf', 'hugeEvent', 'slowBody'] as const)('%s changes nothing that is said', async (fault) => {
  const client = await connect([{ fault, times: 2 }])
  const whole = await client.chat.completions.create(asked)
  expect(await readStream(client)).toEqual({ text: whole.choices[0]?.message.content, ended: 'ended' })
  expect(simulator.counters().total.outcomes).toEqual({ [fault]: 2 })
})

test('an answer under a wrong type is a text to the client, and a stream a stream', async () => {
  const client = await connect([{ fault: 'wrongType', times: 2 }])
  const whole: unknown = await client.chat.completions.create(asked)
  expect(JSON.parse(whole as string)).toMatchObject({ object: 'chat.completion' })
  expect(await readStream(client)).toMatchObject({ text: expect.stringMatching(/^About/), ended: 'ended' })
})

test('half an event, and half a character, are what the client makes of them', async () => {
  const client = await connect([{ fault: 'halfEvent' }, { fault: 'resetInCharacter' }])
  expect(await readStream(client)).toMatchObject({ ended: expect.stringMatching(/malfor/) })
  expect(await readStream(client)).toMatchObject({ ended: 'terminated' })
})
