import { imagesOf, pipelineOf, resilient } from '@spillway/openai'
import OpenAI, { APIError } from 'openai'
import { describe, expect, test } from 'vitest'
import { keyFor, skipUnlessWanted } from './keyed.ts'

const model = process.env['OPENAI_LIVE_MODEL'] ?? 'gpt-5-mini'
const imageModel = process.env['OPENAI_LIVE_IMAGE_MODEL'] ?? 'gpt-image-2.5-flare'
const messages = [{ role: 'user' as const, content: 'Answer with one word: what holds the flood?' }]

describe('OpenAI', () => {
  test('answers, and tells what it used', async (context) => {
    const apiKey = keyFor(context, 'OPENAI_API_KEY')
    const client = resilient(new OpenAI({ apiKey }))
    const { data, request_id: id } = await client.chat.completions.create({ model, messages }).withResponse()
    expect(data.choices[0]?.message.content).toBeTruthy()
    expect(data.usage?.total_tokens).toBeGreaterThan(0)
    expect(id).toBeTruthy()
  })

  test('streams to the end, through both of its APIs', async (context) => {
    const apiKey = keyFor(context, 'OPENAI_API_KEY')
    const client = resilient(new OpenAI({ apiKey }), { timeout: { idleMs: 60_000 } })
    const ends: string[] = []
    pipelineOf(client).events.subscribe((event) => {
      if (event.type === 'call.completed') ends.push(event.verdict.kind)
    })
    expect(await client.chat.completions.stream({ model, messages }).finalContent()).toBeTruthy()
    expect((await client.responses.stream({ model, input: messages }).finalResponse()).output_text).toBeTruthy()
    await expect.poll(() => ends).toEqual(['success', 'success'])
  })

  test('refuses a wrong key once, in the client’s own class', async (context) => {
    keyFor(context, 'OPENAI_API_KEY')
    const client = resilient(new OpenAI({ apiKey: 'sk-not-a-key' }))
    let attempts = 0
    pipelineOf(client).events.subscribe(({ type }) => {
      if (type === 'attempt.started') attempts++
    })
    await expect(client.models.list()).rejects.toBeInstanceOf(APIError)
    expect(attempts).toBe(1)
  })

  test('makes a picture', async (context) => {
    skipUnlessWanted(context)
    const apiKey = keyFor(context, 'OPENAI_API_KEY')
    const client = resilient(new OpenAI({ apiKey }))
    const answer = await client.images.generate({ model: imageModel, prompt: 'a dam in spring', quality: 'low' })
    expect(imagesOf(answer)[0]?.mimeType).toMatch(/^image\//)
  })
})
