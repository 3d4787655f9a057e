import { AuthenticationError, OpenAI } from 'openai'
import { pipelineOf, resilient } from '@spillway/openai'
import { describe, expect, test } from 'vitest'
import { ask, connect, hits, rejection, serve, simulate } from './openai-world.ts'

describe('the client', () => {
  // hard case: client-unchanged
  test('keeps its class and its ways: withResponse, asResponse, _request_id, parse, withOptions', async () => {
    const { simulator, url } = await simulate({ replies: [{ fault: 'overloaded' }] })
    const { client } = connect(url)
    expect(client).toBeInstanceOf(OpenAI)
    const { data, response, request_id: id } = await client.chat.completions.create(ask()).withResponse()
    expect(data.choices).toHaveLength(1)
    expect(response.headers.get('x-request-id')).toBe(id)
    expect(response.url).toBe(`${url}/v1/chat/completions`)
    expect((data as unknown as Record<string, unknown>)['_request_id']).toBe(id)
    expect((await client.chat.completions.create(ask()).asResponse()).status).toBe(200)
    const parsed = await client.chat.completions.parse(ask())
    expect(parsed.choices[0]?.message.content).toBeTruthy()
    const clone = client.withOptions({ timeout: 5000 })
    expect((await clone.chat.completions.create(ask())).choices).toHaveLength(1)
    expect(pipelineOf(clone)).toBe(pipelineOf(client))
    expect(hits(simulator)).toBe(5)
  })

  test('sends through the fetch its owner gave it', async () => {
    const { url } = await simulate()
    let seen = 0
    const client = resilient(
      new OpenAI({
        baseURL: `${url}/v1`,
        apiKey: 'k',
        fetch: (input, init) => {
          seen++
          return fetch(input, init)
        },
      }),
    )
    await client.chat.completions.create(ask())
    expect(seen).toBe(1)
  })

  test('lists models, and gives the error of its own class when it may not', async () => {
    const { url } = await simulate({ models: ['a', 'b'], requireKey: true })
    const { client } = connect(url)
    expect((await client.models.list()).data.map(({ id }) => id)).toEqual(['a', 'b'])
    const refused = await serve((_request, response) => {
      response.writeHead(401, { 'content-type': 'application/json' })
      response.end(JSON.stringify({ error: { message: 'no', type: 'invalid_request_error', code: 'invalid_api_key' } }))
    })
    const error = await rejection(connect(refused.url).client.models.list())
    expect(error).toBeInstanceOf(AuthenticationError)
  })
})
