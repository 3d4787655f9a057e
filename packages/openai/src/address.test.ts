import type { OutgoingRequest } from '@spillway/http'
import { describe, expect, test } from 'vitest'
import { addressTo } from './address.ts'
import type { OpenAIEndpoint } from './openai-endpoint.ts'

const OWN = 'https://api.openai.com/v1'

const request = (fields: Partial<OutgoingRequest> = {}): OutgoingRequest => ({
  url: `${OWN}/chat/completions`,
  method: 'POST',
  headers: new Headers({
    authorization: 'Bearer own-key',
    'openai-organization': 'own-org',
    'openai-project': 'own-project',
    'content-type': 'application/json',
    'x-stainless-lang': 'js',
    'x-gateway-secret': 's',
    'x-once': 'key-of-the-call',
    cookie: 'c=1',
  }),
  body: JSON.stringify({ model: 'gpt-5', temperature: 1 }),
  ...fields,
})

const addressed = (
  endpoint: Omit<OpenAIEndpoint, 'name'>,
  fields?: Partial<OutgoingRequest>,
  base = OWN,
): Promise<OutgoingRequest> =>
  addressTo(request(fields), { name: 'relay', ...endpoint }, { baseURL: base, idempotencyHeader: 'x-once' })

describe('a clone of the client with another base URL', () => {
  const elsewhere = { url: 'https://elsewhere.example/v1/chat/completions' }

  test.for([{ apiKey: 'k' }, { headers: { 'x-key': 'k' } }, { baseURL: 'https://relay.example/v1', apiKey: 'k' }])(
    'gets nothing of the endpoint %j: no key is meant for its host',
    async (endpoint) => {
      await expect(addressed(endpoint, elsewhere)).rejects.toThrow(/with the base URL that was wrapped/)
    },
  )

  test('is served where the endpoint rewrites nothing', async () => {
    expect((await addressed({}, elsewhere)).url).toBe(elsewhere.url)
  })
})

describe('the URL', () => {
  test.for([
    ['https://relay.example/api/v1', 'https://relay.example/api/v1/chat/completions'],
    ['https://relay.example/api/v1/', 'https://relay.example/api/v1/chat/completions'],
    ['https://relay.example', 'https://relay.example/chat/completions'],
    ['http://127.0.0.1:8000/v1?tenant=a', 'http://127.0.0.1:8000/v1/chat/completions?tenant=a'],
  ] as const)('takes the base %s', async ([baseURL, expected]) => {
    expect((await addressed({ baseURL, apiKey: 'k' })).url).toBe(expected)
  })

  test('keeps the query of the request, not that of the base it leaves', async () => {
    const url = 'https://own.example/v1/chat/completions?own=1&api-version=2&x=3'
    const moved = await addressed(
      { baseURL: 'https://relay.example/v1?api-version=9', apiKey: 'k' },
      { url },
      'https://own.example/v1?own=1',
    )
    expect(moved.url).toBe('https://relay.example/v1/chat/completions?api-version=9&x=3')
  })

  test('outside the base of the client is not guessed at', async () => {
    const elsewhere = addressed(
      { baseURL: 'https://relay.example/v1', apiKey: 'k' },
      { url: 'https://other.example/v1/x' },
    )
    await expect(elsewhere).rejects.toMatchObject({ code: 'ERR_SPILLWAY_INVALID_OPTIONS' })
    const sibling = addressed(
      { baseURL: 'https://relay.example/v1', apiKey: 'k' },
      { url: 'https://api.openai.com/v10/x' },
    )
    await expect(sibling).rejects.toMatchObject({ code: 'ERR_SPILLWAY_INVALID_OPTIONS' })
  })
})

describe('the headers', () => {
  test('for another host are the harmless ones and those of the endpoint', async () => {
    const { headers } = await addressed({
      baseURL: 'https://relay.example/v1',
      apiKey: 'relay-key',
      headers: { 'x-title': 'T' },
    })
    expect(Object.fromEntries(headers)).toEqual({
      authorization: 'Bearer relay-key',
      'content-type': 'application/json',
      'x-stainless-lang': 'js',
      'x-title': 'T',
      'x-once': 'key-of-the-call',
    })
  })

  test('for another host hold no key of the client even if the endpoint brings none', async () => {
    const { headers } = await addressed({ baseURL: 'https://relay.example/v1' })
    expect(headers.get('authorization')).toBeNull()
  })

  test('for another key on the own host keep what is not of the account', async () => {
    const { headers } = await addressed({ apiKey: () => Promise.resolve('second-key'), project: 'second' })
    expect(headers.get('authorization')).toBe('Bearer second-key')
    expect(headers.get('openai-organization')).toBeNull()
    expect(headers.get('openai-project')).toBe('second')
    expect(headers.get('x-gateway-secret')).toBe('s')
  })

  test('are those of the organization and the project that the endpoint names', async () => {
    const { headers } = await addressed({
      baseURL: 'https://relay.example/v1',
      apiKey: 'k',
      organization: 'their-org',
      project: 'their-project',
    })
    expect([headers.get('openai-organization'), headers.get('openai-project')]).toEqual(['their-org', 'their-project'])
  })

  test('of Azure carry the key in their own way', async () => {
    const { headers } = await addressed({ apiKey: 'second' }, { headers: new Headers({ 'api-key': 'first' }) })
    expect([headers.get('api-key'), headers.get('authorization')]).toEqual(['second', null])
  })
})

describe('the model', () => {
  const models = { 'gpt-5': 'openai/gpt-5' }

  test('is renamed in JSON, the rest stays', async () => {
    expect(JSON.parse((await addressed({ models })).body as string)).toEqual({ model: 'openai/gpt-5', temperature: 1 })
  })

  test('stands in a body that the endpoint may change', async () => {
    const { body } = await addressed({
      models,
      body: ({ temperature, ...rest }) => ({ ...rest, heat: temperature }),
    })
    expect(JSON.parse(body as string)).toEqual({ model: 'openai/gpt-5', heat: 1 })
  })

  test('is renamed in a form, and the form of the caller is not touched', async () => {
    const form = new FormData()
    form.set('model', 'gpt-5')
    form.append('image', new Blob(['x']), 'x.png')
    const moved = (await addressed({ models }, { body: form })).body as FormData
    expect([moved.get('model'), form.get('model')]).toEqual(['openai/gpt-5', 'gpt-5'])
    expect((moved.get('image') as File).name).toBe('x.png')
  })

  test('is renamed in the path of a deployment', async () => {
    const url = 'https://a.openai.azure.com/openai/deployments/gpt-5/chat/completions?api-version=1'
    const endpoint = { baseURL: 'https://b.openai.azure.com/openai', apiKey: 'k', models: { 'gpt-5': 'my deployment' } }
    expect((await addressed(endpoint, { url }, 'https://a.openai.azure.com/openai')).url).toBe(
      'https://b.openai.azure.com/openai/deployments/my%20deployment/chat/completions?api-version=1',
    )
  })

  test.for(['', 'no json', '[]', 'null', '{"model":"other"}', '{"model":"toString"}'])(
    '%j stays as it is',
    async (body) => {
      expect((await addressed({ models }, { body })).body).toBe(body)
    },
  )
})
