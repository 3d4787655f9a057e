import { pipelineOf, resilient } from '@spillway/openai'
import OpenAI, { toFile } from 'openai'
import { expect, test } from 'vitest'

// Before its first upload the client asked our fetch for `data:,`, to see what it is: a call of the pipeline, and a success
// of an endpoint that nobody had asked.
test('a client’s first upload is one call', async () => {
  const urls: string[] = []
  const send = async (input: string | URL | Request): Promise<Response> => {
    urls.push(typeof input === 'string' ? input : 'no text')
    return Response.json({ data: [{ b64_json: 'aGk=' }] })
  }
  const client = resilient(new OpenAI({ apiKey: 'k', fetch: send }))
  const events: string[] = []
  pipelineOf(client).events.subscribe(({ type }) => events.push(type))
  const image = await toFile(Buffer.from('a picture'), 'in.png', { type: 'image/png' })
  await client.images.edit({ image, prompt: 'brighter', model: 'm' })
  expect(urls).toEqual(['https://api.openai.com/v1/images/edits'])
  expect(events.filter((type) => type === 'call.started')).toHaveLength(1)
})
