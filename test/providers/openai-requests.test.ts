import { getEventListeners } from 'node:events'
import { inspect } from 'node:util'
import { constantBackoff } from '@spillway/core'
import { pipelineOf, resilient } from '@spillway/openai'
import { APIConnectionTimeoutError, AzureOpenAI } from 'openai'
import { expect, test } from 'vitest'
import { ask, connect, hits, rejection, serve, simulate } from './openai-world.ts'

const busy = { error: { message: 'busy', type: 'service_unavailable_error', code: 'server_is_overloaded' } }
const completion = { choices: [{ index: 0, message: { content: 'hi' }, finish_reason: 'stop' }] }

/** A server that is overloaded so many times, and then answers. */
const busyFor = async (times: number, answer: object): ReturnType<typeof serve> => {
  let left = times
  return serve((_request, response) => {
    const refused = left-- > 0
    response.writeHead(refused ? 503 : 200, { 'content-type': 'application/json' })
    response.end(JSON.stringify(refused ? busy : answer))
  })
}

// hard case: client-unchanged
test('Azure: the second resource gets its own key and deployment', async () => {
  const first = await busyFor(99, completion)
  const second = await busyFor(0, completion)
  const client = resilient(new AzureOpenAI({ apiKey: 'first-key', endpoint: first.url, apiVersion: '2024-10-21' }), {
    endpoints: [
      { name: 'first' },
      {
        name: 'second',
        baseURL: `${second.url}/openai`,
        apiKey: 'second-key',
        models: { 'gpt-test': 'other-deployment' },
      },
    ],
  })
  expect((await client.chat.completions.create(ask())).choices).toHaveLength(1)
  expect(second.requests[0]?.url).toBe('/openai/deployments/other-deployment/chat/completions?api-version=2024-10-21')
  expect(second.requests[0]?.headers['api-key']).toBe('second-key')
  expect(JSON.stringify(second.requests)).not.toContain('first-key')
})

test('stored things stay with the account of the client, whichever endpoint is next', async () => {
  const first = await busyFor(1, { id: 'file-1', object: 'file' })
  const relay = await busyFor(0, {})
  const { client } = connect(first.url, {
    endpoints: [{ name: 'first' }, { name: 'relay', baseURL: `${relay.url}/v1`, apiKey: 'relay-key' }],
  })
  expect(await client.files.retrieve('file-1')).toMatchObject({ id: 'file-1' })
  expect([first.requests.length, relay.requests.length]).toEqual([2, 0])
})

// hard case: three-time-limits
test('the timeout of the client ends the whole call, and the socket with it', async () => {
  const server = await serve(() => {})
  const { client } = connect(server.url, {}, { timeout: 200 })
  expect(await rejection(client.chat.completions.create(ask()))).toBeInstanceOf(APIConnectionTimeoutError)
  await server.closed
  expect(server.requests).toHaveLength(1)
})

test('speech comes as bytes, after an overload out of sight', async () => {
  let asked = 0
  const server = await serve((_request, response) => {
    if (++asked === 1) return response.writeHead(503).end()
    response.writeHead(200, { 'content-type': 'audio/mpeg' })
    return response.end(Buffer.from([1, 2, 3]))
  })
  const { client } = connect(server.url)
  const speech = await client.audio.speech.create({ model: 'tts', voice: 'alloy', input: 'a dam' })
  expect([...new Uint8Array(await speech.arrayBuffer())]).toEqual([1, 2, 3])
  await expect.poll(() => pipelineOf(client).state().inFlight).toBe(0)
})

// hard case: client-unchanged
test('a key that is a function is asked once for each call, whatever the attempts', async () => {
  const server = await busyFor(2, completion)
  let asked = 0
  const { client } = connect(server.url, {}, { apiKey: async () => `key-${++asked}` })
  await client.chat.completions.create(ask())
  expect(server.requests.map(({ headers }) => headers['authorization'])).toEqual(Array(3).fill('Bearer key-1'))
})

// trap: no-listener-leak
test('a hundred calls on one signal leave no listener on it', async () => {
  const { url } = await simulate()
  const { client } = connect(url)
  const { signal } = new AbortController()
  for (let i = 0; i < 10; i++)
    await Promise.all(Array.from({ length: 10 }, () => client.chat.completions.create(ask(), { signal })))
  expect(getEventListeners(signal, 'abort')).toHaveLength(0)
  expect(pipelineOf(client).state().inFlight).toBe(0)
})

test('two hundred retried errors leave no connection behind', async () => {
  const server = await busyFor(200, completion)
  const { client } = connect(server.url, {
    retry: { backoff: constantBackoff(1) },
    circuitBreaker: false,
    adaptiveConcurrency: false,
  })
  await client.chat.completions.create(ask())
  expect(server.requests).toHaveLength(201)
  expect(await server.connections()).toBeLessThan(5)
})

// trap: nothing-private
test('no key, prompt, answer or header of them is in an event, in state, or in an error of ours', async () => {
  const canaries = ['canary-key', 'canary-prompt', 'canary-answer', 'canary-header', 'canary-relay']
  const { simulator, url } = await simulate({
    replies: [
      { fault: 'overloaded' },
      { fault: 'unauthenticated' },
      { fault: 'invalidRequest' },
      { fault: 'none', text: 'canary-answer' },
      { fault: 'hang', times: 9 },
    ],
  })
  const { client, events } = connect(
    url,
    { timeout: { totalMs: 1500 }, endpoints: [{ name: 'a', headers: { 'x-relay': 'canary-relay' } }] },
    { apiKey: 'canary-key', defaultHeaders: { 'x-mine': 'canary-header' } },
  )
  const errors: unknown[] = []
  for (let i = 0; i < 4; i++)
    await client.chat.completions.create(ask('canary-prompt')).catch((error: unknown) => errors.push(error))
  expect(hits(simulator)).toBeGreaterThanOrEqual(5)
  expect(errors.length).toBeGreaterThanOrEqual(3)
  const seen = inspect([events, errors, pipelineOf(client).state(), pipelineOf(client).describe()], {
    depth: 20,
    showHidden: true,
    maxArrayLength: null,
    maxStringLength: null,
  })
  expect(canaries.filter((canary) => seen.includes(canary))).toEqual([])
})
