import { createRequire } from 'node:module'
import { constantBackoff } from '@spillway/core'
import { refusalOf, pipelineOf, resilient } from '@spillway/openai'
import type * as OpenAIPackage from 'openai'
import OpenAI, { AzureOpenAI, InternalServerError } from 'openai'
import { describe, expect, test } from 'vitest'
import { ask, connect, hits, rejection, serve, simulate } from './openai-world.ts'

const completion = (message: object, finish = 'stop'): object => ({
  id: 'c',
  object: 'chat.completion',
  choices: [{ index: 0, message: { role: 'assistant', ...message }, finish_reason: finish }],
})
const json = (body: object): string => JSON.stringify(body)

describe('the client’s ways', () => {
  // hard case: client-unchanged
  test('pages are turned, each of them out of an overload', async () => {
    const server = await serve((request, response) => {
      const refused = server.requests.length % 2 === 1
      const after = new URL(request.url ?? '', 'http://x').searchParams.get('after')
      response.writeHead(refused ? 503 : 200, { 'content-type': 'application/json' })
      const data = after === null ? [{ id: 'file-1' }, { id: 'file-2' }] : [{ id: 'file-3' }]
      response.end(json(refused ? {} : { object: 'list', data, has_more: after === null }))
    })
    const { client } = connect(server.url)
    const ids: string[] = []
    for await (const { id } of client.files.list()) ids.push(id)
    expect(ids).toEqual(['file-1', 'file-2', 'file-3'])
    expect(server.requests).toHaveLength(4)
    const page = await client.files.list()
    expect([page.data.length, page.hasNextPage()]).toEqual([2, true])
  })

  // hard case: client-unchanged
  test('runTools makes its steps, and each is a call', async () => {
    const toolCall = { id: 't', type: 'function', function: { name: 'level', arguments: '{"dam":"north"}' } }
    const server = await serve((_request, response, body) => {
      const refused = server.requests.length === 1
      const asked = (JSON.parse(body) as { messages: { role: string }[] }).messages.at(-1)?.role
      response.writeHead(refused ? 503 : 200, { 'content-type': 'application/json' })
      response.end(
        json(
          asked === 'tool'
            ? completion({ content: 'The level is 7.' })
            : completion({ content: null, tool_calls: [toolCall] }, 'tool_calls'),
        ),
      )
    })
    const { client, events } = connect(server.url)
    const runner = client.chat.completions.runTools({
      ...ask('How high is the water?'),
      tools: [
        {
          type: 'function',
          function: {
            name: 'level',
            description: 'the level of a dam',
            parameters: { type: 'object', properties: { dam: { type: 'string' } } },
            parse: JSON.parse,
            function: ({ dam }: { dam: string }) => `7 at ${dam}`,
          },
        },
      ],
    })
    expect(await runner.finalContent()).toBe('The level is 7.')
    expect(server.requests).toHaveLength(3)
    expect(server.requests[2]?.body).toContain('7 at north')
    expect(events.filter(({ type }) => type === 'call.started')).toHaveLength(2)
  })

  // hard case: client-unchanged
  test('.stream() of chat and responses, parse and _request_id are as ever, out of an overload', async () => {
    const { simulator, url } = await simulate({
      replies: [{ fault: 'overloaded' }, { fault: 'none', text: '{"dams":3}', times: 9 }],
    })
    const { client } = connect(url)
    const chat = client.chat.completions.stream({ ...ask(), stream_options: { include_usage: true } })
    expect((await chat.finalChatCompletion()).usage?.total_tokens).toBeGreaterThan(0)
    expect((await client.responses.stream({ model: 'm', input: 'hi' }).finalResponse()).output_text).toBe('{"dams":3}')
    const schema = { type: 'object', properties: { dams: { type: 'number' } } }
    const parsed = await client.chat.completions.parse({
      ...ask(),
      response_format: { type: 'json_schema', json_schema: { name: 'dams', schema } },
    })
    expect(JSON.parse(parsed.choices[0]?.message.content ?? '')).toEqual({ dams: 3 })
    expect(parsed).toHaveProperty('_request_id', expect.stringMatching(/^req_/))
    expect(hits(simulator)).toBe(4)
  })

  // hard case: client-unchanged
  test('a call begins when it is made, and its promise has its own ways', async () => {
    const { simulator, url } = await simulate()
    const { client } = connect(url)
    const promise = client.chat.completions.create(ask())
    await expect.poll(() => hits(simulator)).toBe(1)
    expect(promise).toBeInstanceOf(Promise)
    expect(typeof promise.withResponse).toBe('function')
    await promise
  })
})

describe('a client', () => {
  const commonJs = createRequire(import.meta.url)('openai') as typeof OpenAIPackage

  // hard case: client-unchanged
  test('of another copy of the package keeps its own classes, errors included', async () => {
    expect(commonJs.OpenAI).not.toBe(OpenAI)
    const { simulator, url } = await simulate({
      replies: [{ fault: 'overloaded' }, { fault: 'none' }, { fault: 'hang' }],
    })
    const plain = new commonJs.OpenAI({ baseURL: `${url}/v1`, apiKey: 'k' })
    const client = resilient(plain, { timeout: { totalMs: 1500 }, retry: { backoff: constantBackoff(1) } })
    expect(client).toBeInstanceOf(commonJs.OpenAI)
    expect((await client.withOptions({ timeout: 9000 }).chat.completions.create(ask())).choices).toHaveLength(1)
    const error = await rejection(client.chat.completions.create(ask()))
    expect(error).toBeInstanceOf(commonJs.InternalServerError)
    expect(error).not.toBeInstanceOf(InternalServerError)
    expect(refusalOf(error)?.code).toBe('ERR_SPILLWAY_TIMEOUT_EXCEEDED')
    expect(hits(simulator)).toBe(3)
  })

  // hard case: client-unchanged
  test('with a token for its key from Azure gives a fresh one to each call', async () => {
    const server = await serve((_request, response) => {
      response.writeHead(server.requests.length % 2 === 1 ? 503 : 200, { 'content-type': 'application/json' })
      response.end(json(completion({ content: 'hi' })))
    })
    let asked = 0
    const azureADTokenProvider = async (): Promise<string> => `token-${++asked}`
    const azure = new AzureOpenAI({ azureADTokenProvider, endpoint: server.url, apiVersion: '2024-10-21' })
    const client = resilient(azure, { retry: { backoff: constantBackoff(1) } })
    expect(client).toBeInstanceOf(AzureOpenAI)
    for (let i = 0; i < 2; i++) await client.chat.completions.create(ask())
    const tokens = server.requests.map(({ headers }) => headers['authorization'])
    expect(tokens).toEqual(['Bearer token-1', 'Bearer token-1', 'Bearer token-2', 'Bearer token-2'])
    expect(server.requests[0]?.url).toBe('/openai/deployments/gpt-test/chat/completions?api-version=2024-10-21')
  })

  test('with token workload identity exchanges its token through the same fetch, and asks for a new one after a 401', async () => {
    const server = await serve((request, response) => {
      const fresh = request.headers.authorization === 'Bearer access-2'
      response.writeHead(fresh ? 200 : 401, { 'content-type': 'application/json' })
      response.end(json(fresh ? completion({ content: 'hi' }) : { error: { code: 'invalid_api_key' } }))
    })
    let exchanged = 0
    const send = (input: string | URL | Request, init?: RequestInit): Promise<Response> =>
      typeof input === 'string' && input.startsWith('https://auth.openai.com/')
        ? Promise.resolve(
            Response.json({
              access_token: `access-${++exchanged}`,
              issued_token_type: 'urn:ietf:params:oauth:token-type:access_token',
              token_type: 'Bearer',
              expires_in: 3600,
            }),
          )
        : fetch(input, init)
    const client = resilient(
      new OpenAI({
        baseURL: `${server.url}/v1`,
        fetch: send,
        workloadIdentity: {
          identityProviderId: 'i',
          serviceAccountId: 's',
          provider: { tokenType: 'jwt', getToken: async () => 'subject' },
        },
      }),
    )
    expect((await client.chat.completions.create(ask())).choices).toHaveLength(1)
    expect([exchanged, server.requests.length]).toEqual([2, 2])
    expect(pipelineOf(client).state().inFlight).toBe(0)
  })
})
