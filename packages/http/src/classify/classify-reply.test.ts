import { describe, expect, test } from 'vitest'
import { geminiReplies, openaiReplies, otherReplies, type RecordedReply } from '../__fixtures__/replies.ts'
import { classifyReply } from './classify-reply.ts'

const judged = ({ status, headers, body }: RecordedReply): ReturnType<typeof classifyReply> =>
  classifyReply({ status, headers: new Headers(headers), body: typeof body === 'string' ? body : JSON.stringify(body) })

describe.for([
  ['Gemini', geminiReplies],
  ['OpenAI', openaiReplies],
  ['others', otherReplies],
] as const)('replies of %s', ([, replies]) => {
  test.for(replies.map((reply) => [reply.name, reply.kind, reply] as const))('%s is %s', ([, kind, reply]) => {
    const { verdict } = judged(reply)
    expect(verdict).toMatchObject({ kind, sent: true, status: reply.status })
    if (reply.code !== undefined) expect(verdict.code).toBe(reply.code)
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
  expect(performance.now() - startedAt).toBeLessThan(1000)
})
