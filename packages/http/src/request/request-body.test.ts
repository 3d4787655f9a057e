import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import { constantBackoff, pipeline, retry } from '@spillway/core'
import { describe, expect, onTestFinished, test } from 'vitest'
import { resilientFetch } from '../index.ts'

interface Sent {
  readonly type: string | undefined
  readonly body: string
}

/** Answers 503 twice and then 200, and keeps what it was sent, byte by byte. */
const upstream = async (): Promise<{ url: string; sent: Sent[] }> => {
  const sent: Sent[] = []
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      sent.push({ type: request.headers['content-type'], body: Buffer.concat(chunks).toString('latin1') })
      response.writeHead(sent.length < 3 ? 503 : 200).end()
    })
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  onTestFinished(() => void server.close())
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, sent }
}

const fetchThrough = resilientFetch(pipeline([retry({ maxAttempts: 3, backoff: constantBackoff(0) })]))
const bytes = Uint8Array.from({ length: 256 }, (_, i) => i)
const latin1 = Buffer.from(bytes).toString('latin1')
const form = (): FormData => {
  const made = new FormData()
  made.set('prompt', 'a kite\r\n')
  made.append('image', new File([bytes], 'kite.png', { type: 'image/png' }))
  made.append('image', new Blob([bytes]))
  return made
}

/** The boundary is made anew each time; all else is to be the same. */
const withoutBoundary = ({ type, body }: Sent): Sent => {
  const boundary = /boundary=(\S+)/.exec(type ?? '')?.[1]
  return boundary === undefined
    ? { type, body }
    : { type: type?.replace(boundary, ''), body: body.replaceAll(boundary, 'boundary') }
}

describe('a body is sent three times, byte by byte the same', () => {
  test.for<[string, () => unknown, string]>([
    ['a string', () => 'é😀', Buffer.from('é😀').toString('latin1')],
    ['a Buffer', () => Buffer.from(bytes), latin1],
    [
      'a part of a larger buffer',
      () => Buffer.concat([Buffer.from('xx'), bytes, Buffer.from('yy')]).subarray(2, 258),
      latin1,
    ],
    ['a Uint16Array', () => new Uint16Array(bytes.slice().buffer), latin1],
    ['a DataView', () => new DataView(bytes.slice().buffer), latin1],
    ['an ArrayBuffer', () => bytes.slice().buffer, latin1],
    ['a Blob', () => new Blob([bytes]), latin1],
    ['parameters', () => new URLSearchParams({ q: 'a b&c' }), 'q=a+b%26c'],
    ['an empty string', () => '', ''],
  ])('%s', async ([, make, expected]) => {
    const { url, sent } = await upstream()
    expect((await fetchThrough(url, { method: 'POST', body: make() as BodyInit })).status).toBe(200)
    expect(sent.map(({ body }) => body)).toEqual([expected, expected, expected])
    expect(new Set(sent.map(({ type }) => type)).size).toBe(1)
  })

  test('a form with files', async () => {
    const { url, sent } = await upstream()
    await fetchThrough(url, { method: 'POST', body: form() })
    const [first, ...others] = sent.map(withoutBoundary)
    expect(others).toEqual([first, first])
    expect(first?.body).toContain(latin1)
    expect(first?.body).toContain('filename="kite.png"')
  })

  test.for([
    ['bytes', bytes],
    ['a form', form()],
    ['text', 'text'],
  ] as const)('a Request with %s', async ([, body]) => {
    const { url, sent } = await upstream()
    await fetchThrough(new Request(url, { method: 'POST', body }))
    expect(sent).toHaveLength(3)
    expect(sent[1]).toEqual(sent[0])
    expect(sent[2]).toEqual(sent[0])
    expect(sent[0]!.body).toContain(body === 'text' ? 'text' : latin1)
  })
})

test.for<[string, () => { body: unknown; spoil: () => void }, string]>([
  [
    'a buffer',
    () => {
      const body = Buffer.from('prompt')
      return { body, spoil: () => body.fill('x') }
    },
    'prompt',
  ],
  [
    'an ArrayBuffer',
    () => {
      const body = new Uint8Array(Buffer.from('prompt')).buffer
      return { body, spoil: () => new Uint8Array(body).fill(0) }
    },
    'prompt',
  ],
  [
    'parameters',
    () => {
      const body = new URLSearchParams('a=1')
      return { body, spoil: () => body.set('a', '2') }
    },
    'a=1',
  ],
  [
    'a form',
    () => {
      const body = new FormData()
      body.set('a', 'first')
      return { body, spoil: () => body.set('a', 'spoilt') }
    },
    'first',
  ],
])('%s that its owner uses again is sent as it was', async ([, make, expected]) => {
  const { url, sent } = await upstream()
  const { body, spoil } = make()
  const answer = fetchThrough(url, { method: 'POST', body: body as BodyInit })
  spoil()
  await answer
  expect(sent).toHaveLength(3)
  for (const each of sent) expect(each.body).toContain(expected)
})

describe('a body that can be read once is sent once', () => {
  test.for<[string, () => unknown]>([
    ['a web stream', () => new Blob(['once']).stream()],
    ['a stream of Node', () => Readable.from([Buffer.from('once')])],
    [
      'an async generator',
      async function* () {
        yield Buffer.from('once')
      },
    ],
  ])('%s', async ([, make]) => {
    const { url, sent } = await upstream()
    const init = { method: 'POST', body: make(), duplex: 'half' } as RequestInit
    expect((await fetchThrough(url, init)).status).toBe(503)
    expect(sent.map(({ body }) => body)).toEqual(['once'])
  })
})
