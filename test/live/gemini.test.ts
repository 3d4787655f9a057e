import { imagesOf, pipelineOf, resilient } from '@spillway/gemini'
import { GoogleGenAI } from '@google/genai'
import { describe, expect, test } from 'vitest'
import { keyFor, skipUnlessWanted } from './keyed.ts'

const model = process.env['GEMINI_LIVE_MODEL'] ?? 'gemini-flash-latest'
const imageModel = process.env['GEMINI_LIVE_IMAGE_MODEL'] ?? 'gemini-2.5-flash-image'
const contents = 'Answer with one word: what holds the flood?'

describe('Gemini', () => {
  test('answers, and tells what it used', async (context) => {
    const apiKey = keyFor(context, 'GEMINI_API_KEY')
    const answer = await resilient(new GoogleGenAI({ apiKey })).models.generateContent({ model, contents })
    expect(answer.text).toBeTruthy()
    expect(answer.usageMetadata?.totalTokenCount).toBeGreaterThan(0)
  })

  test('streams to the end', async (context) => {
    const apiKey = keyFor(context, 'GEMINI_API_KEY')
    const ai = resilient(new GoogleGenAI({ apiKey }), { timeout: { idleMs: 60_000 } })
    const ends: string[] = []
    pipelineOf(ai).events.subscribe((event) => {
      if (event.type === 'call.completed') ends.push(event.verdict.kind)
    })
    let text = ''
    for await (const chunk of await ai.models.generateContentStream({ model, contents })) text += chunk.text ?? ''
    expect(text).toBeTruthy()
    await expect.poll(() => ends).toEqual(['success'])
  })

  test('makes a picture', async (context) => {
    skipUnlessWanted(context)
    const apiKey = keyFor(context, 'GEMINI_API_KEY')
    const ai = resilient(new GoogleGenAI({ apiKey }))
    const answer = await ai.models.generateContent({ model: imageModel, contents: 'a dam in spring' })
    expect(imagesOf(answer)[0]?.mimeType).toMatch(/^image\//)
  })
})
