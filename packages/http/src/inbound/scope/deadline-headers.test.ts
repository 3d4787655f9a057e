import { expect, test } from 'vitest'
import { callerPatienceMs } from './deadline-headers.ts'

test.for<[name: string, value: string, ms: number]>([
  ['x-request-timeout', '2.5', 2500],
  ['x-request-timeout', '300ms', 300],
  ['x-request-timeout', ' 1m30s ', 90_000],
  ['x-request-timeout', '0', 0],
  ['grpc-timeout', '5S', 5000],
  ['grpc-timeout', '99999999n', 99.999999],
  ['grpc-timeout', '1H', 3_600_000],
  ['grpc-timeout', '250m', 250],
  ['grpc-timeout', '2M', 120_000],
  ['grpc-timeout', '1500u', 1.5],
  ['x-envoy-expected-rq-timeout-ms', '750', 750],
  ['connect-timeout-ms', '1200', 1200],
  ['x-stainless-timeout', '600', 600_000],
  ['x-request-timeout', '-1', Infinity],
  ['x-request-timeout', '1e3', Infinity],
  ['x-request-timeout', 'soon', Infinity],
  ['x-request-timeout', '', Infinity],
  ['x-request-timeout', '1, 2', Infinity],
  ['grpc-timeout', '123456789S', Infinity],
  ['grpc-timeout', '5s', Infinity],
  ['grpc-timeout', '5', Infinity],
  ['x-another', '5', Infinity],
])('%s: %s is %d ms', ([name, value, ms]) => {
  expect(callerPatienceMs({ [name]: value })).toBeCloseTo(ms, 6)
})

test('the shortest counts, and a name of your own with its unit', () => {
  expect(callerPatienceMs({ 'grpc-timeout': '5S', 'x-request-timeout': '2' })).toBe(2000)
  expect(callerPatienceMs({ 'x-request-timeout': '2000' }, { 'x-request-timeout': 'ms' })).toBe(2000)
})
