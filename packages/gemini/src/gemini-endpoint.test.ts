import { GoogleGenAI } from '@google/genai'
import { InvalidOptionsError } from '@spillway/core'
import { describe, expect, it } from 'vitest'
import { insideOf } from './copy-client.ts'
import { checkEndpoints, hostOfLocation } from './gemini-endpoint.ts'

const OWN = 'https://generativelanguage.googleapis.com/'
const CLIENT = { baseUrl: OWN, vertexai: false, hasProject: false }
const CLOUD = { baseUrl: 'https://us-central1-aiplatform.googleapis.com/', vertexai: true, hasProject: true }
const check =
  (endpoint: object, client = CLIENT) =>
  () =>
    checkEndpoints([endpoint as never], client)

describe('checkEndpoints', () => {
  it.for([
    { name: 'official' },
    { name: 'second', apiKey: 'key' },
    { name: 'dear', level: 1, weight: 2, keyId: 'k', project: 'p', costPerCall: 0.1 },
    { name: 'second', apiKey: () => 'key' },
    { name: 'beta', baseUrl: `${OWN}beta` },
    { name: 'relay', baseUrl: 'http://localhost:8080', apiKey: 'key' },
    { name: 'relay', baseUrl: 'https://relay.example', headers: { Authorization: 'Bearer key' } },
  ])('takes %j', (endpoint) => {
    expect(check(endpoint)).not.toThrow()
  })

  it.for([
    [{ name: 'a', baseURL: 'https://relay.example' }, 'resilient.endpoints[0].baseURL'],
    [{ name: 'a', baseUrl: 'relay.example' }, 'resilient.endpoints[0].baseUrl'],
    [{ name: 'a', baseUrl: 'ftp://relay.example', apiKey: 'key' }, 'resilient.endpoints[0].baseUrl'],
    [{ name: 'a', apiKey: 7 }, 'resilient.endpoints[0].apiKey'],
    [{ name: 'a', baseUrl: 'https://relay.example' }, 'resilient.endpoints[0].apiKey'],
  ] as const)('refuses %j', ([endpoint, option]) => {
    expect(check(endpoint)).toThrow(InvalidOptionsError)
    expect(check(endpoint)).toThrow(option)
  })

  it('refuses what is no list', () => {
    expect(() => checkEndpoints('official' as never, CLIENT)).toThrow(InvalidOptionsError)
  })

  it.for([{ location: 'europe-west4' }, { location: 'global' }, { location: 'eu', models: { a: 'b' } }])(
    'takes %j beside a client of the cloud platform, without a key of its own',
    (endpoint) => {
      expect(check({ name: 'a', ...endpoint }, CLOUD)).not.toThrow()
    },
  )

  it.for([
    [{ location: 'europe-west4' }, CLIENT, /location must be left out/],
    [{ location: 'Europe/West' }, CLOUD, /location must be the name of a location/],
    [{ location: 'europe-west4', baseUrl: 'https://relay.example' }, CLOUD, /apiKey must be given/],
    [
      { baseUrl: 'https://aiplatform.googleapis.com', apiKey: 'key' },
      CLIENT,
      /baseUrl must be on the Gemini API, as the client is: .* Make a client for each/,
    ],
    [{ baseUrl: 'https://europe-west4-aiplatform.googleapis.com', apiKey: 'key' }, CLIENT, /on the Gemini API/],
    [{ baseUrl: 'https://aiplatform.eu.rep.googleapis.com', apiKey: 'key' }, CLIENT, /on the Gemini API/],
    [{ models: ['gemini-3-pro-image'] }, CLIENT, /models must be a plain object/],
    [{ headers: new Headers({ 'x-team': 'a' }) }, CLIENT, /headers must be a plain object/],
    [{ baseUrl: OWN, apiKey: 'key' }, CLOUD, /on the cloud platform, as the client is/],
  ] as const)('refuses %j', ([endpoint, client, message]) => {
    expect(check({ name: 'a', ...endpoint }, client)).toThrow(message)
  })
})

describe('hostOfLocation', () => {
  it.for(['global', 'europe-west4', 'us', 'eu'])('knows the host of %s as the client does', (location) => {
    const ai = new GoogleGenAI({ vertexai: true, project: 'p', location })
    expect(`${hostOfLocation(location)}/`).toBe(insideOf(ai).apiClient.getBaseUrl())
  })
})
