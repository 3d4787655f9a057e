import { expect, it } from 'vitest'
import { canonicalError } from './canonical-error.ts'

const OVERLOADED = { code: 503, message: 'overloaded', status: 'UNAVAILABLE' }

it.for([
  ['JSON', JSON.stringify({ error: OVERLOADED }), OVERLOADED],
  ['an array', JSON.stringify([{ error: OVERLOADED }]), OVERLOADED],
  ['a page', '<html>', { code: 503, message: '<html>', status: 'Service Unavailable' }],
  ['nothing', '', { code: 503, message: '', status: 'Service Unavailable' }],
  ['half of JSON', '{"error":{"code"', { code: 503, message: '{"error":{"code"', status: 'Service Unavailable' }],
  ['a sentence', '{"error":"busy"}', { code: 503, message: '{"error":"busy"}', status: 'Service Unavailable' }],
] as const)('makes JSON of one error out of %s', async ([, body, error]) => {
  const init = { status: 503, statusText: 'Service Unavailable', headers: { 'content-type': 'text/plain', via: 'x' } }
  const response = await canonicalError(new Response(body, init))
  expect(response.status).toBe(503)
  expect(response.headers.get('content-type')).toBe('application/json')
  expect(response.headers.get('via')).toBe('x')
  expect(await response.json()).toEqual({ error })
})

const givenUp = (body: string, type = 'application/json') =>
  canonicalError(new Response(body, { headers: { 'content-type': type, 'x-should-retry': 'false' } }))

it('gives an error with status 200 the status that it names', async () => {
  const response = await givenUp(JSON.stringify({ error: OVERLOADED }))
  expect(response.status).toBe(503)
  expect(await response.json()).toEqual({ error: OVERLOADED })
  expect((await givenUp('{"error":{"message":"?"}}')).status).toBe(500)
})

it.for([
  ['half of an answer', '{"candidates":', 'application/json'],
  ['a stream', 'data: {"error":{"code":503}}\n\n', 'text/event-stream'],
] as const)('leaves %s with status 200 as it is', async ([, body, type]) => {
  const response = await givenUp(body, type)
  expect(response.status).toBe(200)
  expect(await response.text()).toBe(body)
})

it('does not touch an answer', async () => {
  const answer = Response.json({ error: OVERLOADED })
  expect(await canonicalError(answer)).toBe(answer)
})
