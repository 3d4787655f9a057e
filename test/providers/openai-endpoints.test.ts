import { describe, expect, test } from 'vitest'
import { ask, connect, hits, rejection, serve, simulate } from './openai-world.ts'

describe('several endpoints', () => {
  test('a relay takes over with its own key and its own name for the model', async () => {
    const { simulator, url } = await simulate({
      endpoints: {
        official: { replies: [{ fault: 'overloaded', times: 50 }], keys: ['first-key'], models: ['gpt-test'] },
        relay: { keys: ['relay-key'], models: ['vendor/gpt-test'] },
      },
    })
    const { client, events } = connect(`${url}/e/official`, {
      endpoints: [
        { name: 'official' },
        { name: 'relay', baseURL: `${url}/e/relay/v1`, apiKey: 'relay-key', models: { 'gpt-test': 'vendor/gpt-test' } },
      ],
    })
    const answer = await client.chat.completions.create(ask())
    expect(answer.model).toBe('vendor/gpt-test')
    expect([hits(simulator, 'official'), hits(simulator, 'relay')]).toEqual([1, 1])
    expect(events.find(({ type }) => type === 'endpoint.failed_over')).toMatchObject({ from: 'official', to: 'relay' })
  })

  test('another account gets its own organization and project, and the first one keeps its own', async () => {
    const server = await serve((request, response) => {
      const spent = request.headers.authorization === 'Bearer first-key'
      response.writeHead(spent ? 503 : 200, { 'content-type': 'application/json' })
      const choices = [{ index: 0, message: { content: 'hi' }, finish_reason: 'stop' }]
      response.end(JSON.stringify(spent ? { error: { message: 'busy' } } : { choices }))
    })
    const { client } = connect(
      server.url,
      {
        endpoints: [{ name: 'own' }, { name: 'other', apiKey: 'other-key', organization: 'org-2', project: 'proj-2' }],
      },
      { organization: 'org-1', project: 'proj-1' },
    )
    await client.chat.completions.create(ask())
    expect(
      server.requests.map(({ headers: h }) => [h.authorization, h['openai-organization'], h['openai-project']]),
    ).toEqual([
      ['Bearer first-key', 'org-1', 'proj-1'],
      ['Bearer other-key', 'org-2', 'proj-2'],
    ])
  })

  test('another host sees neither the key, nor the organization, nor any other header of the first', async () => {
    const relay = await serve((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' })
      response.end(JSON.stringify({ choices: [{ index: 0, message: { content: 'hi' }, finish_reason: 'stop' }] }))
    })
    const { url } = await simulate({ replies: [{ fault: 'unauthenticated', times: 9 }] })
    const { client } = connect(
      url,
      {
        endpoints: [
          { name: 'official' },
          { name: 'relay', baseURL: `${relay.url}/v1`, apiKey: async () => 'relay-key' },
        ],
      },
      { organization: 'secret-org', project: 'secret-project', defaultHeaders: { 'x-gateway-key': 'secret' } },
    )
    const answer = await client.chat.completions.create(ask())
    expect(answer.choices[0]?.message.content).toBe('hi')
    const { headers } = relay.requests[0]!
    expect(headers['authorization']).toBe('Bearer relay-key')
    expect(JSON.stringify(headers)).not.toContain('first-key')
    expect(JSON.stringify(headers)).not.toContain('secret')
  })

  test('a redirect is not followed: no other host sees the key or the prompt', async () => {
    const thief = await serve((_request, response) => response.end('{}'))
    const gateway = await serve((_request, response) => {
      response.writeHead(307, { location: `${thief.url}/v1/chat/completions?key=secret` })
      response.end()
    })
    const { client } = connect(gateway.url)
    const error = await rejection(client.chat.completions.create(ask()))
    expect(error).toMatchObject({ status: 307, code: 'redirect' })
    expect(String(error)).toContain(`The server redirects to ${thief.url}. Redirects are not followed`)
    expect(String(error)).not.toContain('secret')
    expect(gateway.requests).toHaveLength(1)
    expect(thief.requests).toHaveLength(0)
  })
})
