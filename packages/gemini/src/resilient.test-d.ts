import type { GoogleGenAI } from '@google/genai'
import { pipeline, standardPipeline } from '@spillway/core'
import { expectTypeOf, test } from 'vitest'
import { resilient } from './resilient.ts'

declare const ai: GoogleGenAI
declare const traced: GoogleGenAI & { readonly trace: string }

test('a client keeps its type', () => {
  expectTypeOf(resilient(ai)).toEqualTypeOf<GoogleGenAI>()
  expectTypeOf(resilient(traced).trace).toEqualTypeOf<string>()
  expectTypeOf(resilient(ai).models.generateContent).toEqualTypeOf<GoogleGenAI['models']['generateContent']>()
})

test('pipelines without a fallback, or with one that gives a Response, are taken', () => {
  resilient(ai, { pipeline: pipeline([]) })
  resilient(ai, { pipeline: standardPipeline() })
  resilient(ai, { fallback: { steps: [() => new Response()] } })
  // @ts-expect-error -- a fallback gives what a fetch gives
  resilient(ai, { fallback: { steps: [() => 'nothing'] } })
})

test('misspelt options are refused', () => {
  // @ts-expect-error -- maxRetries is the client's word
  resilient(ai, { maxRetries: 3 })
  // @ts-expect-error -- baseURL is another client's word
  resilient(ai, { endpoints: [{ name: 'relay', baseURL: 'https://relay.example' }] })
})
