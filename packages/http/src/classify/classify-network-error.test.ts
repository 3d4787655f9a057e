import { expect, test } from 'vitest'
import { classifyNetworkError } from './classify-network-error.ts'

const failed = (code: string): TypeError =>
  new TypeError('fetch failed', { cause: Object.assign(new Error('inner'), { code }) })

test.for([
  ['ECONNREFUSED', 'transient', false],
  ['ENOTFOUND', 'transient', false],
  ['UND_ERR_CONNECT_TIMEOUT', 'transient', false],
  ['ECONNRESET', 'transient', true],
  ['UND_ERR_SOCKET', 'transient', true],
  ['UND_ERR_HEADERS_TIMEOUT', 'transient', true],
  ['CERT_HAS_EXPIRED', 'endpoint_failed', false],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', 'endpoint_failed', false],
  ['ERR_INVALID_URL', 'request_failed', false],
] as const)('%s is %s', ([code, kind, sent]) => {
  expect(classifyNetworkError(failed(code))).toMatchObject({ kind, sent, code })
})

test('the first of several addresses that all failed decides', () => {
  const inner = new AggregateError([Object.assign(new Error('x'), { code: 'ECONNREFUSED' })])
  expect(classifyNetworkError(new TypeError('fetch failed', { cause: inner }))).toMatchObject({ sent: false })
})

test('a port that fetch refuses was never asked', () => {
  const error = new TypeError('fetch failed', { cause: new Error('bad port') })
  expect(classifyNetworkError(error)).toMatchObject({ kind: 'endpoint_failed', sent: false, code: 'ERR_BLOCKED_PORT' })
})

test('a body that breaks off, and an abort by nobody, are transient', () => {
  expect(classifyNetworkError(new TypeError('terminated'))).toMatchObject({ kind: 'transient', billed: 'unknown' })
  expect(classifyNetworkError(new DOMException('x', 'AbortError'))).toMatchObject({ kind: 'transient' })
})

test('a mistake in the program is for others to judge', () => {
  expect(classifyNetworkError(new TypeError('x is not a function'))).toBeUndefined()
  expect(classifyNetworkError('text')).toBeUndefined()
  expect(classifyNetworkError(undefined)).toBeUndefined()
})

test('a circle of causes ends', () => {
  const circle: Error & { cause?: unknown } = new Error('round')
  circle.cause = circle
  expect(classifyNetworkError(circle)).toBeUndefined()
})
