import { createHash } from 'node:crypto'
import { VirtualClock } from '@spillway/core/testing'
import * as forExpress from '@spillway/express'
import * as forKoa from '@spillway/koa'
import type { Request } from 'express'
import { describe, expect, test } from 'vitest'
import { hosts, type Mounted } from './hosts.ts'

type Host = { get(name: string): string | undefined }
type Options = forExpress.InboundRateLimitOptions<Host>

/** The same limit for either host. */
const limited = (options: Options): Mounted => ({
  express: forExpress.rateLimit(options as forExpress.InboundRateLimitOptions<Request>),
  koa: forKoa.rateLimit(options),
})

const byKey = (host: Host): string | undefined => host.get('x-api-key') || undefined

describe.for(hosts)('the rate limit of $name', ({ serve }) => {
  const site = (...mounted: Mounted[]): Promise<{ url: string }> =>
    serve({ mounted, trustProxy: true, routes: { '/': ({ send }) => send('ok') } })

  test('says what is left, and refuses what is too much', async () => {
    const { url } = await site(limited({ limit: 2, windowMs: 120_000, name: 'a "b\\c"', clock: new VirtualClock() }))
    const first = await fetch(url)
    const second = await fetch(url)
    const third = await fetch(url)
    expect([first, second, third].map(({ status }) => status)).toEqual([200, 200, 429])
    expect(first.headers.get('ratelimit-policy')).toBe(String.raw`"a \"b\\c\"";q=2;w=120`)
    expect(first.headers.get('ratelimit')).toBe(String.raw`"a \"b\\c\"";r=1;t=60`)
    expect(third.headers.get('ratelimit')).toMatch(/;r=0;t=60$/)
    expect(Number(third.headers.get('retry-after'))).toBeGreaterThanOrEqual(60)
    expect(Number(third.headers.get('retry-after'))).toBeLessThanOrEqual(66)
    expect(await third.json()).toEqual({
      type: 'https://iana.org/assignments/http-problem-types#quota-exceeded',
      title: 'Too Many Requests',
      status: 429,
      'violated-policies': ['a "b\\c"'],
    })
  })

  test('counts each key for itself, and addresses through the proxy by their network', async () => {
    const { url } = await site(limited({ limit: 1, key: byKey }))
    const ask = async (headers: Record<string, string>): Promise<number> => (await fetch(url, { headers })).status
    expect([await ask({ 'x-api-key': 'a' }), await ask({ 'x-api-key': 'a' }), await ask({ 'x-api-key': 'b' })]).toEqual(
      [200, 429, 200],
    )
    const from = (address: string): Promise<number> => ask({ 'x-forwarded-for': address })
    expect(await from('2001:db8:1:2aa::1')).toBe(200)
    expect(await from('2001:db8:1:2bb::9')).toBe(429)
    expect(await from('2001:db8:1:300::1')).toBe(200)
    expect(await from('203.0.113.7')).toBe(200)
    // what stands before the address that our proxy adds is what the client says
    expect(await from('198.51.100.1, 203.0.113.7')).toBe(429)
    expect(await from('203.0.113.7, 198.51.100.2')).toBe(200)
  })

  test('believes no address of a client where no proxy stands in front', async () => {
    const { url } = await serve({ mounted: [limited({ limit: 1 })], routes: { '/': ({ send }) => send('ok') } })
    const from = async (address: string): Promise<number> =>
      (await fetch(url, { headers: { 'x-forwarded-for': address, forwarded: `for=${address}` } })).status
    expect([await from('203.0.113.7'), await from('203.0.113.8')]).toEqual([200, 429])
  })

  test('takes an empty key for none: strangers are told apart by their address', async () => {
    const { url } = await site(limited({ limit: 1, key: (host) => host.get('x-api-key') ?? '' }))
    const from = async (address: string): Promise<number> =>
      (await fetch(url, { headers: { 'x-forwarded-for': address } })).status
    expect([await from('203.0.113.7'), await from('203.0.113.7'), await from('203.0.113.8')]).toEqual([200, 429, 200])
  })

  test('takes no key for the address of another, nor for what a longer key is shortened to', async () => {
    const { url } = await site(limited({ limit: 1, key: byKey }))
    const ask = async (headers: Record<string, string>): Promise<number> => (await fetch(url, { headers })).status
    const long = 'k'.repeat(200)
    expect(await ask({ 'x-forwarded-for': '203.0.113.7' })).toBe(200)
    expect(await ask({ 'x-api-key': long })).toBe(200)
    const hash = createHash('sha256').update(long).digest('base64url')
    for (const key of ['203.0.113.7', 'address:203.0.113.7', hash, `hash:${hash}`, 'key:a', 'a'])
      expect(await ask({ 'x-api-key': key })).toBe(200)
    expect(await ask({ 'x-api-key': long })).toBe(429)
    expect(await ask({ 'x-forwarded-for': '203.0.113.7' })).toBe(429)
  })

  test('lists several policies, and the first that is exceeded refuses', async () => {
    const { url } = await site(limited({ limit: 9, name: 'burst' }), limited({ limit: 1, name: 'slow' }))
    const answer = await fetch(url)
    expect(answer.headers.get('ratelimit-policy')).toBe('"burst";q=9;w=60, "slow";q=1;w=60')
    expect(((await (await fetch(url)).json()) as Record<string, unknown>)['violated-policies']).toEqual(['slow'])
  })

  test('takes cost and limit from the request, skips whom it should, and no nonsense opens it', async () => {
    const number = (name: string) => (host: Host) => Number(host.get(name) || 1)
    const { url } = await site(
      limited({ limit: number('x-limit'), cost: number('x-cost'), skip: (host) => host.get('x-skip') === '1' }),
    )
    const ask = async (headers: Record<string, string>): Promise<number> => (await fetch(url, { headers })).status
    expect(await ask({ 'x-limit': '10', 'x-cost': '8' })).toBe(200)
    expect(await ask({ 'x-limit': '10', 'x-cost': '3' })).toBe(429)
    expect(await ask({ 'x-limit': '10', 'x-cost': '-5' })).toBe(200)
    expect(await ask({ 'x-limit': 'all' })).toBe(429)
    expect(await ask({ 'x-skip': '1' })).toBe(200)
  })

  const broken = {
    throws: () => {
      throw new Error('no connection')
    },
    rejects: () => Promise.reject(new Error('no connection')),
    hangs: () => new Promise<never>(() => {}),
  }
  test.for(Object.entries(broken))('does what it was told when its store %s', async ([, take]) => {
    const store = { take }
    const statuses = async (onStoreError: 'local' | 'allow' | 'deny'): Promise<number[]> => {
      const { url } = await site(limited({ limit: 1, store, storeTimeoutMs: 5, onStoreError }))
      return [(await fetch(url)).status, (await fetch(url)).status]
    }
    expect(await statuses('local')).toEqual([200, 429])
    expect(await statuses('allow')).toEqual([200, 200])
    expect(await statuses('deny')).toEqual([503, 503])
  })

  test('takes the word of a store that answers later, and tells a hanging one to stop', async () => {
    const told: unknown[] = []
    const level = { allowed: false, remaining: 0, readyInMs: 4500, fullInMs: 9000 }
    const { url } = await site(limited({ limit: 1, store: { take: async () => level } }))
    const answer = await fetch(url)
    expect([answer.status, answer.headers.get('ratelimit')]).toEqual([429, '"default";r=0;t=5'])
    const hanging: forExpress.QuotaStore = {
      take: (_, signal) => {
        signal?.addEventListener('abort', () => told.push((signal.reason as Error).message))
        return new Promise(() => {})
      },
    }
    await fetch((await site(limited({ limit: 1, store: hanging, storeTimeoutMs: 3 }))).url)
    expect(told).toEqual(['The store did not answer within 3 ms.'])
  })
})

test.for<[option: string, value: unknown, hint: string]>([
  ['limits', 3, 'did you mean limit?'],
  ['max', 3, 'did you mean limit?'],
  ['points', 3, 'did you mean limit?'],
  ['duration', 3, 'did you mean windowMs?'],
  ['keyGenerator', () => 'a', 'did you mean key?'],
  ['toString', 3, 'one of limit'],
  ['windowMS', 3, 'did you mean windowMs?'],
  ['windowMs', 0, 'above 0'],
  ['name', 'ä', 'printable ASCII'],
  ['limit', Number.NaN, 'a number'],
  ['onStoreError', 'panic', 'one of local, allow, deny'],
  ['store', {}, 'take()'],
])('an option %s of %s is refused', ([option, value, hint]) => {
  expect(() => forExpress.rateLimit({ limit: 1, [option]: value })).toThrow(hint)
  expect(() => forKoa.rateLimit({ limit: 1, [option]: value })).toThrow(`rateLimit.${option}`)
})
