import { describe, expect, it } from 'vitest'
import { route } from './route.ts'

const OWN = 'https://generativelanguage.googleapis.com/'
const request = (url: string, body: unknown = '{}') => ({
  url,
  method: 'POST',
  headers: new Headers({
    'x-goog-api-key': 'own',
    'content-type': 'application/json',
    'x-tenant': 'acme',
    'idempotency-key': 'once',
  }),
  body,
})
const GENERATE = `${OWN}v1/models/gemini-3-pro-image:generateContent`
const headersOf = ({ headers }: { headers: Headers }) => Object.fromEntries(headers)

describe('route', () => {
  it('leaves a request alone where the endpoint only has a name', async () => {
    const given = request(GENERATE)
    const routed = await route(given, { name: 'official' }, OWN)
    expect(routed).toMatchObject({ url: GENERATE, method: 'POST', body: '{}' })
    expect(headersOf(routed)).toEqual(headersOf(given))
  })

  it('replaces base URL, key, model and headers, and takes nothing else to another host', async () => {
    const relay = {
      name: 'relay',
      baseUrl: 'https://relay.example/gemini/',
      apiKey: 'relay-key',
      models: { 'gemini-3-pro-image': 'google/nano banana' },
      headers: { 'x-title': 'batch' },
    }
    const routed = await route(request(GENERATE), relay, OWN)
    expect(routed.url).toBe('https://relay.example/gemini/v1/models/google%2Fnano%20banana:generateContent')
    expect(headersOf(routed)).toEqual({
      'x-goog-api-key': 'relay-key',
      'content-type': 'application/json',
      'idempotency-key': 'once',
      'x-title': 'batch',
    })
  })

  it('keeps the headers of the client on its own host, with another key', async () => {
    const routed = await route(request(GENERATE), { name: 'second', apiKey: async () => 'second-key' }, OWN)
    expect(headersOf(routed)).toMatchObject({ 'x-goog-api-key': 'second-key', 'x-tenant': 'acme' })
  })

  it('puts a key in the place of a token', async () => {
    const given = request(GENERATE)
    given.headers.set('authorization', 'Bearer token')
    const routed = await route(given, { name: 'second', apiKey: 'second-key' }, OWN)
    expect(routed.headers.has('authorization')).toBe(false)
  })

  it('takes no key to another host even where none is given for it', async () => {
    const routed = await route(request(GENERATE), { name: 'relay', baseUrl: 'https://relay.example' }, OWN)
    expect(headersOf(routed)).toEqual({ 'content-type': 'application/json', 'idempotency-key': 'once' })
  })

  it('renames the model in a stream and under the paths of the Google Cloud platform', async () => {
    const endpoint = { name: 'second', models: { a: 'b' } }
    const stream = await route(request(`${OWN}v1/models/a:streamGenerateContent?alt=sse`), endpoint, OWN)
    expect(stream.url).toBe(`${OWN}v1/models/b:streamGenerateContent?alt=sse`)
    const path = 'v1beta1/projects/p/locations/l/publishers/google/models'
    const cloud = await route(request(`${OWN}${path}/a:generateContent`), endpoint, OWN)
    expect(cloud.url).toBe(`${OWN}${path}/b:generateContent`)
  })

  it('renames only what is named, also where it is named like a method of all objects', async () => {
    const endpoint = { name: 'second', models: { a: 'b' } }
    const routed = await route(request(`${OWN}v1/models/constructor:generateContent`), endpoint, OWN)
    expect(routed.url).toBe(`${OWN}v1/models/constructor:generateContent`)
  })

  it.for([
    ['text', '{"model":"a","input":"hi"}'],
    ['bytes', new TextEncoder().encode('{"model":"a","input":"hi"}').buffer],
  ] as const)('renames the model of an interaction, whose body is %s', async ([, body]) => {
    const endpoint = { name: 'second', models: { a: 'b' } }
    const routed = await route(request(`${OWN}v1/interactions`, body), endpoint, OWN)
    expect(JSON.parse(String(routed.body))).toEqual({ model: 'b', input: 'hi' })
  })

  it('leaves a URL alone that was given for one call', async () => {
    const given = request('https://elsewhere.example/v1/models/a:generateContent')
    expect(await route(given, { name: 'second', apiKey: 'second-key' }, OWN)).toBe(given)
    const lookalike = request('https://generativelanguage.googleapis.com.evil.example/v1/models/a:generateContent')
    expect(await route(lookalike, { name: 'second', apiKey: 'second-key' }, OWN)).toBe(lookalike)
  })

  it('sends to another location of the same project, with the client’s own token', async () => {
    const cloud = 'https://us-central1-aiplatform.googleapis.com/'
    const path = '/v1beta1/projects/p/locations/us-central1/publishers/google/models/a:generateContent'
    const given = request(`${cloud.slice(0, -1)}${path}`)
    given.headers.set('authorization', 'Bearer token')
    const routed = await route(given, { name: 'europe', location: 'europe-west4' }, cloud)
    expect(routed.url).toBe(
      'https://europe-west4-aiplatform.googleapis.com/v1beta1/projects/p/locations/europe-west4/publishers/google/models/a:generateContent',
    )
    expect(routed.headers.get('authorization')).toBe('Bearer token')
    const proxied = await route(
      request(`https://gateway.example${path}`),
      { name: 'world', location: 'global' },
      'https://gateway.example',
    )
    expect(proxied.url).toBe(`https://gateway.example${path.replace('us-central1', 'global')}`)
  })
})
