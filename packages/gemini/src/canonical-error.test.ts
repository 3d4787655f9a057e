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
