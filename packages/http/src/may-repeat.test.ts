import { constantBackoff, failover, pipeline, retry } from '@spillway/core'
import { describe, expect, test } from 'vitest'
import { resilientFetch, type Fetch, type Protocol } from './index.ts'

const protocol: Protocol = {
  provider: 'test',
  mayRepeat: ({ method }) => method !== 'POST',
  readAnswer: (answer) => ((answer as { image?: string }).image === undefined ? { verdict: { kind: 'empty' } } : {}),
}

const json = (body: object, status = 200): Response =>
  new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json' } })
const image = (): Response => json({ image: 'x' })

/** How often a request is sent when it is answered like this first. */
const sent = async (first: () => Response, method = 'POST'): Promise<number> => {
  let times = 0
  const send: Fetch = async () => (++times === 1 ? first() : image())
  const calls = pipeline([
    retry({ backoff: constantBackoff(0) }),
    failover({ endpoints: [{ name: 'first' }, { name: 'second' }] }),
  ])
  const fetchThrough = resilientFetch(calls, { fetch: send, protocol })
  await fetchThrough('https://api.example/images', { method, ...(method === 'POST' ? { body: '{}' } : {}) }).catch(
    () => {},
  )
  return times
}

const cutOff = (): never => {
  throw new TypeError('fetch failed', { cause: Object.assign(new Error('reset'), { code: 'ECONNRESET' }) })
}
const refused = (): never => {
  throw new TypeError('fetch failed', { cause: Object.assign(new Error('refused'), { code: 'ECONNREFUSED' }) })
}

describe('a request that must not be carried out twice', () => {
  test.for([
    ['a connection that broke', cutOff],
    ['a gateway that gave up on the provider', () => json({}, 504)],
    ['half an answer', () => new Response('{"image":', { headers: { 'content-type': 'application/json' } })],
    ['no word at all', () => new Response('', { headers: { 'content-type': 'application/json' } })],
  ] as const)('is not sent again after %s', async ([, first]) => {
    expect(await sent(first)).toBe(1)
  })

  test.for([
    ['a refusal', () => json({ error: { code: 'server_is_overloaded' } }, 503)],
    ['an error in the words of the provider', () => json({ error: { code: 'server_error', message: '' } }, 500)],
    ['an answer without the result', () => json({})],
    ['a connection that was never made', refused],
  ] as const)('is sent again after %s', async ([, first]) => {
    expect(await sent(first)).toBe(2)
  })

  test('is another one than that which may be', async () => {
    expect(await sent(cutOff, 'GET')).toBe(2)
  })
})
