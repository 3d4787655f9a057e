import { resilient } from '@spillway/openai'
import OpenAI, { toFile } from 'openai'
import { expect, test } from 'vitest'

// A transcript as plain text that began with a note in brackets was taken for broken JSON, and asked for again and again.
test.for(['[Music] and then a voice', '{laughs}', '<3'])('a transcript may begin with %j', async (text) => {
  let asked = 0
  const send = async (): Promise<Response> => {
    asked++
    return new Response(text, { headers: { 'content-type': 'text/plain; charset=utf-8' } })
  }
  const client = resilient(new OpenAI({ apiKey: 'k', fetch: send }), { timeout: { totalMs: 2000 } })
  const file = await toFile(Buffer.from('sound'), 'in.wav')
  const answer = await client.audio.transcriptions.create({ file, model: 'm', response_format: 'text' })
  expect([answer, asked]).toEqual([text, 1])
})
