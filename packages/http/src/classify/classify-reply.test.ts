import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { anthropicReplies } from '../__fixtures__/replies/anthropic.ts'
import { anybodysReplies } from '../__fixtures__/replies/anybody.ts'
import { azureReplies } from '../__fixtures__/replies/azure.ts'
import { bedrockReplies, groqReplies } from '../__fixtures__/replies/clouds.ts'
import { openrouterReplies, relayReplies } from '../__fixtures__/replies/gateways.ts'
import { geminiReplies } from '../__fixtures__/replies/gemini.ts'
import { openaiReplies } from '../__fixtures__/replies/openai.ts'
import type { RecordedReply } from '../__fixtures__/replies/recorded-reply.ts'
import { ollamaReplies, vllmReplies } from '../__fixtures__/replies/servers.ts'
import { LONGEST_SERVER_WAIT_MS } from '../limits/server-clock.ts'
import { classifyReply } from './classify-reply.ts'

const judged = ({ status, headers, body, at }: RecordedReply): ReturnType<typeof classifyReply> =>
  classifyReply({
    status,
    headers: new Headers(headers),
    body: typeof body === 'string' ? body : JSON.stringify(body),
    ...(at === undefined ? {} : { wallTimeMs: Date.parse(at) }),
  })

describe.for([
  ['Gemini', geminiReplies],
  ['OpenAI', openaiReplies],
  ['Anthropic', anthropicReplies],
  ['Azure', azureReplies],
  ['OpenRouter', openrouterReplies],
  ['relays', relayReplies],
  ['vLLM', vllmReplies],
  ['Ollama', ollamaReplies],
  ['Bedrock', bedrockReplies],
  ['Groq', groqReplies],
  ['anybody', anybodysReplies],
] as const)('replies of %s', ([, replies]) => {
  test.for(replies.map((reply) => [reply.name, reply.kind, reply] as const))('%s is %s', ([, kind, reply]) => {
    const { verdict } = judged(reply)
    expect(verdict).toMatchObject({ kind, sent: true, status: reply.status })
    if (reply.code !== undefined) expect(verdict.code).toBe(reply.code)
    if (reply.scope !== undefined) expect(verdict.scope).toBe(reply.scope)
    if (reply.retryAfterMs === undefined) expect(verdict.retryAfterMs).toBeUndefined()
    else expect(verdict.retryAfterMs).toBeCloseTo(reply.retryAfterMs, 3)
  })
})

describe('what may be said', () => {
  const message = (status: number, text: string): string =>
    classifyReply({ status, body: { error: { message: text } } }).message

  test('the words of an overloaded provider are kept, on one short line', () => {
    expect(message(503, 'The model is\n\u001b[31moverloaded.')).toBe('The model is [31moverloaded.')
    expect(message(503, 'x'.repeat(9000))).toHaveLength(200)
  })

  test('words about the request or the key are not: they may quote them', () => {
    expect(message(400, 'Invalid value: "my secret prompt"')).toBe('')
    expect(message(401, 'Incorrect API key provided: sk-abcdef123456')).toBe('')
  })

  test('what looks like a key is taken out', () => {
    expect(message(503, 'busy (sk-proj-abcdef123456, AIzaSyExample123, Bearer abc.def)')).not.toMatch(
      /abcdef|SyExample|abc\.def/,
    )
  })

  test('a moderated prompt is quoted nowhere', () => {
    const flagged = openrouterReplies.find(({ status }) => status === 403)
    expect(JSON.stringify(judged(flagged!))).not.toContain('secret')
  })

  test('a page says nothing', () => {
    expect(message(502, '<html>prompt</html>')).toBe('')
  })

  // trap: nothing-private
  test('a code that is no word stays out of events', () => {
    expect(classifyReply({ status: 500, body: { error: { code: 'my prompt\n' } } }).verdict.code).toBeUndefined()
  })
})

test('a refused request is not billed, a broken one may be', () => {
  const billed = (status: number): string | undefined => classifyReply({ status }).verdict.billed
  expect([429, 503, 400, 529].map(billed)).toEqual(['no', 'no', 'no', 'no'])
  expect([500, 502, 504].map(billed)).toEqual(['unknown', 'unknown', 'unknown'])
  const said = (status: number): string | undefined =>
    classifyReply({ status, body: { error: { code: 'server_error', message: '' } } }).verdict.billed
  expect([500, 502, 504].map(said)).toEqual(['no', 'unknown', 'unknown'])
})

test('a hostile megabyte is judged at once', () => {
  const startedAt = performance.now()
  classifyReply({ status: 503, body: { error: { message: 'retry in 1'.repeat(100_000) } } })
  classifyReply({ status: 503, body: `{"error":${'['.repeat(1_000_000)}` })
  // A look back for each letter would take minutes; a busy machine has taken 1.1 s for this.
  expect(performance.now() - startedAt).toBeLessThan(5000)
})

test('whatever a body holds, it is judged, and its wait is sensible or absent', () => {
  const anything = fc.oneof(
    fc.jsonValue({ maxDepth: 6 }),
    fc.string(),
    fc.record({ error: fc.jsonValue() }),
    fc.record({
      error: fc.record({
        code: fc.jsonValue(),
        type: fc.jsonValue(),
        status: fc.jsonValue(),
        message: fc.jsonValue(),
        details: fc.jsonValue(),
        metadata: fc.oneof(fc.jsonValue(), fc.record({ headers: fc.jsonValue(), raw: fc.jsonValue() })),
      }),
    }),
  )
  fc.assert(
    fc.property(fc.integer({ min: 200, max: 599 }), anything, fc.boolean(), (status, body, asText) => {
      const { verdict, message } = classifyReply({
        status,
        body: asText ? JSON.stringify(body) : body,
        wallTimeMs: 1.7e12,
      })
      expect(verdict.kind).not.toBe('success')
      expect(message.length).toBeLessThanOrEqual(200)
      expect(verdict.code ?? '').toMatch(/^[\w.:-]{0,100}$/)
      const { retryAfterMs = 1 } = verdict
      expect(retryAfterMs > 0 && retryAfterMs <= LONGEST_SERVER_WAIT_MS).toBe(true)
    }),
  )
})
