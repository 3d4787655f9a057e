import { GoogleGenAI } from '@google/genai'
import { InvalidOptionsError } from '@spillway/core'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { copyClient, insideOf } from './copy-client.ts'

const fetch = async () => new Response('{}')
const keep = ({ vertexai, apiKey, project, location, apiVersion }: ReturnType<typeof insideOf>) => ({
  vertexai,
  apiKey,
  project,
  location,
  apiVersion,
})

afterEach(() => {
  vi.unstubAllEnvs()
})

describe('copyClient', () => {
  it.for([
    ['a key', { apiKey: 'key' }],
    ['a key and a version', { apiKey: 'key', apiVersion: 'v1beta' }],
    ['a key and a base URL', { apiKey: 'key', httpOptions: { baseUrl: 'https://relay.example/gemini' } }],
    ['the cloud platform', { enterprise: true, project: 'p', location: 'europe-west4' }],
    ['the cloud platform with a key', { enterprise: true, apiKey: 'key' }],
  ] as const)('keeps the options of a client with %s', ([, options]) => {
    const ai = new GoogleGenAI(structuredClone(options))
    const copy = copyClient(ai, fetch)
    expect(copy).toBeInstanceOf(GoogleGenAI)
    expect(keep(insideOf(copy))).toEqual(keep(insideOf(ai)))
    expect(insideOf(copy).apiClient.getBaseUrl()).toBe(insideOf(ai).apiClient.getBaseUrl())
  })

  it('keeps what the environment said when the client was made', () => {
    vi.stubEnv('GOOGLE_CLOUD_PROJECT', 'from-environment')
    vi.stubEnv('GOOGLE_CLOUD_LOCATION', 'us-central1')
    vi.stubEnv('GOOGLE_GEMINI_BASE_URL', 'https://gateway.example')
    const ai = new GoogleGenAI({ apiKey: 'key' })
    vi.unstubAllEnvs()
    vi.stubEnv('GEMINI_API_KEY', 'another')
    const inside = insideOf(copyClient(ai, fetch))
    expect(inside.apiKey).toBe('key')
    expect(inside.apiClient.getBaseUrl()).toBe('https://gateway.example')
  })

  it('shares credentials and the live client, and changes nothing of the original', () => {
    const httpOptions = { baseUrl: 'https://relay.example', headers: { a: 'b' }, retryOptions: { attempts: 9 } }
    const ai = new GoogleGenAI({ apiKey: 'key', httpOptions })
    const before = structuredClone(httpOptions)
    const copy = copyClient(ai, fetch)
    expect(insideOf(copy).apiClient.clientOptions.auth).toBe(insideOf(ai).apiClient.clientOptions.auth)
    expect(copy.live).toBe(ai.live)
    expect(httpOptions).toEqual(before)
    expect(insideOf(ai).apiClient.getFetch()).toBeUndefined()
    expect(insideOf(copy).httpOptions).toEqual({ baseUrl: 'https://relay.example', headers: { a: 'b' }, fetch })
  })

  it('keeps a subclass', () => {
    class Traced extends GoogleGenAI {
      readonly trace = 'on'
    }
    const copy = copyClient(new Traced({ apiKey: 'key' }), fetch)
    expect(copy).toBeInstanceOf(Traced)
    expect(copy.trace).toBe('on')
  })

  it('refuses a subclass that is made in another way', () => {
    class Fixed extends GoogleGenAI {
      constructor() {
        super({ apiKey: 'key' })
      }
    }
    expect(() => copyClient(new Fixed(), fetch)).toThrow(InvalidOptionsError)
  })

  it.for([undefined, {}, 'ai'])('refuses %j', (ai) => {
    expect(() => insideOf(ai as never)).toThrow(/resilient.ai must be a client of @google\/genai/)
  })
})
