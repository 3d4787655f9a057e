import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import { readFeed, statusGator, statuspage } from '../../index.ts'
import { monitors, summary } from '../__fixtures__/bodies.ts'
import { bare, json, statusServer } from '../__fixtures__/status-server.ts'

const TOKEN = 'canary-4711'
const DEGRADED = summary({ status: { indicator: 'minor', description: 'Slow' }, incidents: [] })

const page = (url: string, options = {}) => statuspage({ url, name: 'page', ...options })
const gator = (url: string, options = {}) => statusGator({ url, token: TOKEN, board: 'b', ...options })

/** What is known of a failure, wherever somebody may look. */
const told = async (feed: { poll: (signal: AbortSignal) => Promise<unknown> }): Promise<string> => {
  const error = await feed.poll(new AbortController().signal).then(
    () => 'it did not fail',
    (thrown: unknown) => thrown,
  )
  return inspect(error, { depth: 20, showHidden: true })
}

describe('a page that has moved', () => {
  /** Names of the world, each a server of this machine. */
  const world = (hosts: Record<string, string>): typeof globalThis.fetch =>
    (async (url: URL, init: RequestInit) => {
      const local = hosts[url.origin]
      return local === undefined
        ? Promise.reject(new TypeError('No such host'))
        : fetch(`${local}${url.pathname}`, init)
    }) as typeof globalThis.fetch

  test.for([301, 302, 303, 307, 308])('with HTTP %i within its origin is followed, with its token', async (status) => {
    const server = await statusServer((response, question) =>
      question === 0 ? bare(response, status, { location: '/new' }) : json(response, monitors()),
    )
    expect((await readFeed(gator(server.url))).level).toBe('down')
    expect(server.asked.map(({ url, headers }) => [url, headers.authorization])).toEqual([
      ['/boards/b/monitors', `Bearer ${TOKEN}`],
      ['/new', `Bearer ${TOKEN}`],
    ])
  })

  test('to another https name is followed without a token, and asked for at its old place the next time', async () => {
    const old = await statusServer((response) => bare(response, 301, { location: 'https://new.example.org/s.json' }))
    const young = await statusServer((response) => json(response, DEGRADED, { etag: '"v"' }))
    const fetch = world({ 'https://old.example.com': old.url, 'https://new.example.org': young.url })
    const feed = page('https://old.example.com', { fetch })
    expect((await readFeed(feed)).level).toBe('degraded')
    expect((await readFeed(feed)).level).toBe('degraded')
    expect([old.asked.length, young.asked.map(({ url }) => url)]).toEqual([2, ['/s.json', '/s.json']])
    expect(young.asked[1]?.headers['if-none-match']).toBe('"v"')
  })

  test('to another name is not followed with a token: it stays at home', async () => {
    const thief = await statusServer((response) => json(response, monitors()))
    const old = await statusServer((response) => bare(response, 307, { location: 'https://thief.example.org/' }))
    const fetch = world({ 'https://old.example.com': old.url, 'https://thief.example.org': thief.url })
    const feed = gator('https://old.example.com', { fetch })
    expect((await readFeed(feed)).reason).toBe(
      'it has moved to https://thief.example.org, where nobody follows it: set its address if that is right',
    )
    expect([thief.asked.length, await told(feed)]).toEqual([0, expect.not.stringContaining(TOKEN)])
  })

  test.for([
    'http://old.example.com/',
    'http://169.254.169.254/latest/meta-data',
    'https://169.254.169.254/',
    'https://2852039166/',
    'https://0xa9fea9fe/',
    'https://127.0.0.1/',
    'https://127.1/',
    'https://[::1]/',
    'https://[::ffff:127.0.0.1]/',
    'https://localhost/',
    'https://intranet/',
    'https://db.internal/',
    'https://printer.local./',
    'https://metadata.google.internal/',
    'https://new.example.org:8443/',
    'https://me:secret@new.example.org/',
    'file:///etc/passwd',
    'data:application/json,{}',
    'javascript:alert(1)',
  ])('to %s is not followed', async (location) => {
    const asked: string[] = []
    const fetch = (async (url: URL) => {
      asked.push(url.href)
      return new Response(null, { status: 302, headers: { location } })
    }) as typeof globalThis.fetch
    const { reason } = await readFeed(page('https://old.example.com', { fetch }))
    expect([asked.length, reason]).toEqual([1, expect.stringContaining('it has moved to ')])
    expect(reason).not.toContain('secret')
  })

  test('in a circle is followed three times', async () => {
    const server = await statusServer((response) => bare(response, 302, { location: '/again' }))
    expect((await readFeed(page(server.url))).reason).toContain('moves again and again')
    expect(server.asked.length).toBe(4)
  })

  test('to nowhere is not followed', async () => {
    const server = await statusServer((response) => bare(response, 302))
    expect((await readFeed(page(server.url))).reason).toContain('does not say where it has moved')
  })
})

describe('a token', () => {
  test.for<[string, (response: Parameters<typeof bare>[0]) => void]>([
    ['an error that quotes it', (response) => response.writeHead(403).end(`Bearer ${TOKEN} is wrong`)],
    ['a page that quotes it', (response) => response.end(`<p>${TOKEN}`)],
    ['no HTTP that quotes it', (response) => response.socket?.end(`HELLO ${TOKEN}\r\n\r\n`)],
  ])('is in no error: %s', async ([, answer]) => {
    const server = await statusServer(answer)
    const words = await told(gator(server.url))
    expect(words).toContain('FeedFailedError')
    expect(words).not.toContain(TOKEN)
  })
})
