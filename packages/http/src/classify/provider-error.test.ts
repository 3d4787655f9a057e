import { inspect } from 'node:util'
import { isSpillwayError } from '@spillway/core'
import { expect, test } from 'vitest'
import { classifyReply } from './classify-reply.ts'
import { ProviderError } from './provider-error.ts'

const CANARY = 'canary-prompt-4711'

const error = (status: number, code: string): ProviderError =>
  new ProviderError(
    { provider: 'openai', endpoint: 'relay', requestId: 'req_1' },
    classifyReply({
      status,
      headers: new Headers({ 'retry-after': '2' }),
      body: { error: { message: `Bad: ${CANARY}`, code } },
    }),
  )

test('says who answered what, and what it amounts to', () => {
  const overloaded = new ProviderError(
    { provider: 'gemini' },
    classifyReply({ status: 503, body: { error: { message: 'Busy.' } } }),
  )
  expect(overloaded.message).toBe('gemini answered 503: overloaded. Busy.')
  const throttled = error(429, 'rate_limit_exceeded')
  expect(throttled.message).toMatch(/^openai \(relay\) answered 429 rate_limit_exceeded: throttled\./)
  expect(throttled).toMatchObject({
    code: 'ERR_SPILLWAY_PROVIDER',
    status: 429,
    providerCode: 'rate_limit_exceeded',
    requestId: 'req_1',
    retryAfterMs: 2000,
  })
  expect(isSpillwayError(throttled)).toBe(true)
})

test('a rejected request is not quoted anywhere in it', () => {
  const rejected = error(400, 'invalid_value')
  expect(inspect(rejected, { showHidden: true, depth: 9 })).not.toContain(CANARY)
  expect(JSON.stringify(rejected)).not.toContain(CANARY)
})
