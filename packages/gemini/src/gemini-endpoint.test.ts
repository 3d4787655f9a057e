import { InvalidOptionsError } from '@spillway/core'
import { describe, expect, it } from 'vitest'
import { checkEndpoints } from './gemini-endpoint.ts'

const OWN = 'https://generativelanguage.googleapis.com/'
const check = (endpoint: object) => () => checkEndpoints([endpoint as never], OWN)

describe('checkEndpoints', () => {
  it.for([
    { name: 'official' },
    { name: 'second', apiKey: 'key' },
    { name: 'dear', level: 1, weight: 2, keyId: 'k', project: 'p', costPerCall: 0.1 },
    { name: 'second', apiKey: () => 'key' },
    { name: 'beta', baseUrl: `${OWN}beta` },
    { name: 'relay', baseUrl: 'http://localhost:8080', apiKey: 'key' },
    { name: 'relay', baseUrl: 'https://relay.example', headers: { Authorization: 'Bearer key' } },
  ])('takes %j', (endpoint) => {
    expect(check(endpoint)).not.toThrow()
  })

  it.for([
    [{ name: 'a', baseURL: 'https://relay.example' }, 'resilient.endpoints[0].baseURL'],
    [{ name: 'a', baseUrl: 'relay.example' }, 'resilient.endpoints[0].baseUrl'],
    [{ name: 'a', baseUrl: 'ftp://relay.example', apiKey: 'key' }, 'resilient.endpoints[0].baseUrl'],
    [{ name: 'a', apiKey: 7 }, 'resilient.endpoints[0].apiKey'],
    [{ name: 'a', baseUrl: 'https://relay.example' }, 'resilient.endpoints[0].apiKey'],
  ] as const)('refuses %j', ([endpoint, option]) => {
    expect(check(endpoint)).toThrow(InvalidOptionsError)
    expect(check(endpoint)).toThrow(option)
  })

  it('refuses what is no list', () => {
    expect(() => checkEndpoints('official' as never, OWN)).toThrow(InvalidOptionsError)
  })
})
