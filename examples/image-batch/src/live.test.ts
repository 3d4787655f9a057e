import { expect, test } from 'vitest'
import { readAccess } from './live.ts'
import { type Options, readOptions } from './options.ts'

const options = readOptions(['--live']) as Options
const KEY = 'AIzaSyA-not-a-real-key-0123456789'

test('a key alone gives the official endpoint', () => {
  expect(readAccess({ GEMINI_API_KEY: KEY }, options)).toEqual({
    gemini: { apiKey: KEY, model: 'gemini-2.5-flash-image' },
  })
})

test('a relay has an address, a key, and the same model unless told otherwise', () => {
  const env = { GEMINI_API_KEY: KEY, RELAY_BASE_URL: 'https://relay.example.com/v1', RELAY_API_KEY: `sk-${KEY}` }
  expect(readAccess(env, { ...options, model: 'm' }).relay).toEqual({
    baseUrl: 'https://relay.example.com/v1',
    apiKey: `sk-${KEY}`,
    model: 'm',
  })
})

test.each([
  [{}, 'GEMINI_API_KEY, and there is none'],
  [{ GEMINI_API_KEY: '"secret in quotes"' }, 'GEMINI_API_KEY does not look like an API key'],
  [{ GEMINI_API_KEY: 'tiny-secret' }, 'GEMINI_API_KEY does not look like an API key'],
  [{ GEMINI_API_KEY: KEY, RELAY_BASE_URL: 'no-address' }, 'RELAY_BASE_URL is no http(s) address'],
  [{ GEMINI_API_KEY: KEY, RELAY_BASE_URL: 'https://relay' }, 'RELAY_API_KEY, and there is none'],
])('%j is refused, and what is in it is not shown', (env, message) => {
  expect(() => readAccess(env, options)).toThrow(message)
  for (const value of Object.values(env)) expect(() => readAccess(env, options)).not.toThrow(value)
})
