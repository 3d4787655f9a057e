import type { Pipeline } from '@spillway/core'
import type OpenAI from 'openai'
import type { AzureOpenAI } from 'openai'
import { expectTypeOf, test } from 'vitest'
import { pipelineOf, refusalOf, resilient, type OpenAIEndpoint } from './index.ts'

declare const client: OpenAI
declare const azure: AzureOpenAI

test('a client keeps its type', () => {
  expectTypeOf(resilient(client)).toEqualTypeOf<OpenAI>()
  expectTypeOf(resilient(azure, { timeout: { totalMs: 1000 } })).toEqualTypeOf<AzureOpenAI>()
})

test('endpoints may be a constant', () => {
  const endpoints = [{ name: 'a', baseURL: 'https://a.example/v1', apiKey: 'k' }] as const satisfies OpenAIEndpoint[]
  expectTypeOf(resilient(client, { endpoints })).toEqualTypeOf<OpenAI>()
})

test('misspelt options are no options', () => {
  // @ts-expect-error -- it is called retry
  resilient(client, { retries: 3 })
  // @ts-expect-error -- an endpoint has a baseURL
  resilient(client, { endpoints: [{ name: 'a', url: 'https://a.example' }] })
})

test('the pipeline and the refusal are typed', () => {
  expectTypeOf(pipelineOf(client)).toEqualTypeOf<Pipeline<Response>>()
  expectTypeOf(refusalOf(new Error('x'))?.code).toEqualTypeOf<string | undefined>()
})
