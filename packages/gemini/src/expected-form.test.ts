import { expect, it } from 'vitest'
import { inExpectedForm } from './expected-form.ts'

const typeOf = async (verb: string, type: string | undefined, status = 200) => {
  const headers = type === undefined ? {} : { 'content-type': type }
  const send = async () => new Response(new Uint8Array(1), { status, headers })
  const response = await inExpectedForm(send)(`https://example.com/v1/models/m:${verb}`)
  return response.headers.get('content-type')
}

it('reads pages of proxies as broken answers', async () => {
  expect(await typeOf('generateContent', 'text/html')).toBe('application/json')
  expect(await typeOf('streamGenerateContent?alt=sse', 'text/html')).toBe('text/event-stream')
  expect(await typeOf('streamGenerateContent?alt=sse', undefined)).toBe('text/event-stream')
})

it('leaves other answers alone', async () => {
  expect(await typeOf('generateContent', 'application/json; charset=UTF-8')).toBe('application/json; charset=UTF-8')
  expect(await typeOf('streamGenerateContent', 'text/event-stream')).toBe('text/event-stream')
  expect(await typeOf('generateContent', 'text/html', 502)).toBe('text/html')
  expect(await typeOf('countTokens', 'text/html')).toBe('text/html')
})
