import { pipeline, timeout } from '@spillway/core'
import OpenAI, { AzureOpenAI } from 'openai'
import { createX509Transport } from 'openai/auth/x509-transport'
import { Agent } from 'undici'
import { describe, expect, test } from 'vitest'
import { pipelineOf, resilient, type OpenAIEndpoint, type ResilientOptions } from './index.ts'

const plain = (): OpenAI => new OpenAI({ apiKey: 'client-key', baseURL: 'https://api.example/v1' })
const made = (options: ResilientOptions): OpenAI => resilient(plain(), options)
const withEndpoint =
  (endpoint: object): (() => OpenAI) =>
  () =>
    made({ endpoints: [endpoint as OpenAIEndpoint] })

describe('what cannot be wrapped is refused', () => {
  test.for([undefined, {}, 'x', { withOptions() {} }])('%o is no client', (client) => {
    expect(() => resilient(client as never)).toThrow(/resilient\.client must be a client of the openai package/)
  })

  test('a client that is resilient already', () => {
    const client = made({})
    expect(() => resilient(client)).toThrow(/resilient already/)
    expect(() => resilient(client.withOptions({ timeout: 1000 }))).toThrow(/resilient already/)
  })

  test('a client with an X.509 certificate, and what works for it', () => {
    const x509Transport = createX509Transport({
      runtime: 'node',
      dispatcher: new Agent(),
      certificateIdentity: 'static',
      proxy: 'direct',
    })
    const workloadIdentity = { type: 'x509', identityProviderId: 'i', serviceAccountId: 's' } as const
    const client = new OpenAI({ workloadIdentity, x509Transport })
    expect(() => resilient(client)).toThrow(/X\.509.*openaiClassifier\(\) \}\)\.execute/)
  })

  test('a client of another package, and what works for it', () => {
    class Other extends OpenAI {
      static override OpenAI = undefined as never
    }
    expect(() => resilient(new Other({ apiKey: 'k' }))).toThrow(/give other clients resilientFetch\(\)/i)
  })

  test('a class that does not hand its options on', () => {
    class Mine extends OpenAI {
      constructor() {
        super({ apiKey: 'k', baseURL: 'https://api.example/v1' })
      }
    }
    expect(() => resilient(new Mine())).toThrow(/withOptions\(\) of this one loses them/)
  })
})

describe('options', () => {
  test('take what says how an endpoint is chosen', () => {
    const endpoints = [{ name: 'own' }, { name: 'dear', level: 1, weight: 2, keyId: 'k', costPerCall: 0.1 }]
    expect(() => resilient(plain(), { endpoints })).not.toThrow()
  })

  test.for([
    ['a misspelt name', { retyr: {} }, /resilient\.retyr must be one of .*did you mean retry\?/],
    ['a misspelt name of its own', { idempotencyheader: 'a' }, /did you mean idempotencyHeader\?/],
    ['a misspelt limit', { timeout: { totalMS: 5 } }, /resilient\.timeout\.totalMS .*did you mean totalMs\?/],
    [
      'a pipeline and more',
      { pipeline: pipeline([]), retry: {} },
      /resilient\.retry must be left out beside a pipeline/,
    ],
    ['no pipeline', { pipeline: {} }, /resilient\.pipeline must be a pipeline/],
    ['no list', { endpoints: 'x' }, /a list of endpoints/],
    ['a word for a yes', { repeatImages: 'yes' }, /resilient\.repeatImages must be true or false/],
    ['no header', { idempotencyHeader: 'a b' }, /resilient\.idempotencyHeader must be the name of a header/],
    ['a classifier, which nothing would ask', { classifier: {} }, /resilient\.classifier must be left out/],
    ['no size', { maxAnswerBytes: 0 }, /resilient\.maxAnswerBytes must be a number of at least 1/],
    ['a number', 5, /resilient must be an object/],
    ['nothing', null, /resilient must be an object/],
    ['a bad limit', { timeout: { totalMs: -1 } }, /totalMs/],
  ] as const)('with %s are refused', ([, options, message]) => {
    expect(() => made(options as never)).toThrow(message)
  })

  test.for([
    [{ name: 'relay', baseURL: 'relay.example' }, /endpoints\[0\]\.baseURL must be an http or https URL/],
    [{ name: 'relay', baseURL: 'https://relay.example/v1' }, /endpoints\[0\]\.apiKey must be given/],
    [{ name: 'relay', apiKey: 7 }, /endpoints\[0\]\.apiKey must be a string or a function/],
    [{ name: 'relay', models: ['gpt-5'] }, /endpoints\[0\]\.models must be a plain object/],
    [{ name: 'relay', headers: new Headers({ 'x-team': 'a' }) }, /endpoints\[0\]\.headers must be a plain object/],
    [{ name: 'relay', headers: { 'x-team': 7 } }, /endpoints\[0\]\.headers\.x-team must be a string/],
    [{ name: 'relay', organization: 7 }, /endpoints\[0\]\.organization must be a string/],
    [{ name: 'relay', body: {} }, /endpoints\[0\]\.body must be a function/],
    [{ name: 'relay', url: 'x' }, /endpoints\[0\]\.url/],
    [{ name: '' }, /name/],
  ] as const)('the endpoint %o is refused', ([endpoint, message]) => {
    expect(withEndpoint(endpoint)).toThrow(message)
  })

  test('an endpoint on another host may bring its key in a header', () => {
    expect(
      withEndpoint({ name: 'relay', baseURL: 'https://relay.example/v1', headers: { Authorization: 'Basic x' } }),
    ).not.toThrow()
  })

  test('an endpoint on the own host needs no key', () => {
    expect(withEndpoint({ name: 'eu', baseURL: 'https://api.example/eu/v1' })).not.toThrow()
  })

  test('keys do not appear in what is said about a wrong one', () => {
    expect.assertions(1)
    try {
      withEndpoint({ name: 'relay', apiKey: { secret: 'canary-key' } })()
    } catch (thrown) {
      expect(String(thrown)).not.toContain('canary-key')
    }
  })
})

test('the client keeps its class, and its retries are off', () => {
  const azure = new AzureOpenAI({ apiKey: 'k', endpoint: 'https://a.example', apiVersion: '2024-10-21' })
  const client = resilient(azure)
  expect(client).toBeInstanceOf(AzureOpenAI)
  expect(client.apiVersion).toBe('2024-10-21')
  expect(client.maxRetries).toBe(0)
  expect(azure.maxRetries).toBe(2)
})

test('a subclass stays one', () => {
  class Mine extends OpenAI {
    readonly mine = true
  }
  const client = resilient(new Mine({ apiKey: 'k' }))
  expect(client).toBeInstanceOf(Mine)
  expect(client.mine).toBe(true)
})

test('a pipeline may be given beside what the client does', () => {
  const calls = pipeline([timeout({ totalMs: 1000 })])
  expect(pipelineOf(made({ pipeline: calls, repeatImages: true, idempotencyHeader: 'idempotency-key' }))).toBe(calls)
})

test('the pipeline of a client can be had, also of its clones', () => {
  const calls = pipeline([timeout({ totalMs: 1000 })], { name: 'mine' })
  const client = made({ pipeline: calls })
  expect(pipelineOf(client)).toBe(calls)
  expect(pipelineOf(client.withOptions({ timeout: 1 }))).toBe(calls)
  expect(pipelineOf(made({})).name).toBe('openai')
  expect(() => pipelineOf(plain())).toThrow(/a client made by resilient/)
  expect(() => pipelineOf(undefined as never)).toThrow(/a client made by resilient/)
})
