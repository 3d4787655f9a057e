import { inspect } from 'node:util'
import { gzipSync } from 'node:zlib'
import { constantBackoff, pipeline, retry, timeout, type Clock, type SpillwayEvent } from '@spillway/core'
import { VirtualClock } from '@spillway/core/testing'
import { describe, expect, test } from 'vitest'
import { head, rawServer, type RawServer } from './__fixtures__/raw-server.ts'
import { protocol as streamProtocol } from './__fixtures__/stream-world.ts'
import { resilientFetch, type Protocol } from './index.ts'

const KEY = 'sk-canary-4711'
const JSON_TYPE = { 'content-type': 'application/json' }
const LIMIT = 1024 * 1024

/** Reads every answer, as the adapters do. */
const model: Protocol = {
  ...streamProtocol,
  readAnswer: (answer) => ((answer as { error?: unknown }).error === undefined ? {} : { error: 'error' }),
}

/** One call with two attempts, and all that became known of it. */
const call = async (
  server: RawServer,
  { clock, protocol = model }: { clock?: Clock; protocol?: Protocol } = {},
): Promise<{ status?: number; text?: string; error?: unknown; verdicts: string[]; tookMs: number }> => {
  const parts = [timeout({ totalMs: 20_000 }), retry({ maxAttempts: 2, backoff: constantBackoff(0) })]
  const calls = pipeline(parts, clock === undefined ? {} : { clock })
  const events: SpillwayEvent[] = []
  calls.events.subscribe((event) => events.push(event))
  const startedAt = performance.now()
  const outcome = await resilientFetch(calls, { protocol, maxAnswerBytes: LIMIT })(`${server.url}/v1?key=${KEY}`, {
    headers: { authorization: `Bearer ${KEY}`, 'x-api-key': KEY },
  })
    .then(async (response) => ({ status: response.status, text: await response.text() }))
    .catch((error: unknown) => ({ error }))
  const tookMs = performance.now() - startedAt
  const told = inspect([outcome, events], { depth: 20, showHidden: true })
  expect(told).not.toContain(KEY)
  const verdicts = events.flatMap((event) => (event.type === 'attempt.completed' ? event.verdict.kind : []))
  return { ...outcome, verdicts, tookMs }
}

/** Answers each connection with the same bytes, and hangs up. */
const answering = (...parts: (string | Uint8Array)[]): Promise<RawServer> =>
  rawServer((socket) => {
    for (const part of parts) socket.write(part)
    socket.end()
  })

describe('an error answer', () => {
  test('of 2 MB is read for 64 KiB', async () => {
    const body = 'x'.repeat(2 * 1024 * 1024)
    const server = await answering(head({ 'content-length': String(body.length) }, '503 Busy'), body)
    const { status, text, verdicts } = await call(server)
    expect([status, text?.length, verdicts]).toEqual([503, 64 * 1024, ['overloaded', 'overloaded']])
  })

  test('that is a gzip bomb is read for 64 KiB', async () => {
    const bomb = gzipSync(Buffer.alloc(200 * 1024 * 1024))
    const server = await answering(head({ 'content-encoding': 'gzip' }, '503 Busy'), bomb)
    const { status, text, verdicts } = await call(server)
    expect([status, text?.length, verdicts]).toEqual([503, 64 * 1024, ['overloaded', 'overloaded']])
  })

  test.for([
    ['10,000 levels deep', `${'['.repeat(10_000)}${']'.repeat(10_000)}`],
    ['10,000 levels deep inside its error', `{"error":${'{"error":'.repeat(5000)}1${'}'.repeat(5001)}`],
    [
      'with keys of __proto__',
      '{"__proto__":{"polluted":1},"error":{"__proto__":{"code":"insufficient_quota","polluted":1}}}',
    ],
    ['cut off', '{"error":{"mess'],
  ] as const)('%s is judged by its status', async ([, body]) => {
    const server = await answering(head({ ...JSON_TYPE, 'content-length': String(body.length) }, '503 Busy'), body)
    const { status, text, verdicts } = await call(server)
    expect([status, text, verdicts]).toEqual([503, body, ['overloaded', 'overloaded']])
    expect(({} as { polluted?: number }).polluted).toBeUndefined()
  })

  test.for([
    ['shorter than it says', [head({ 'content-length': '1000' }, '503 Busy'), 'busy']],
    ['no gzip although it says so', [head({ 'content-encoding': 'gzip' }, '503 Busy'), 'busy']],
    ['in broken chunks', [head({ 'transfer-encoding': 'chunked' }, '503 Busy'), '4\r\nbusy\r\nzz\r\n']],
  ] as const)('%s is judged by its status as well', async ([, parts]) => {
    const { status, verdicts } = await call(await answering(...parts))
    expect([status, verdicts]).toEqual([503, ['overloaded', 'overloaded']])
  })

  test('that drips without end is waited for 5 s', async () => {
    const clock = new VirtualClock()
    const server = await rawServer((socket) => {
      socket.write(`${head({}, '503 Busy')}drip`)
      // The second timer, beside that of the whole call, is the one that waits for the rest of the error.
      const passing = setInterval(() => clock.pending > 1 && void clock.advance(5000), 10)
      socket.on('close', () => clearInterval(passing))
    })
    const { status, text, verdicts } = await call(server, { clock })
    expect([status, text, verdicts]).toEqual([503, 'drip', ['overloaded', 'overloaded']])
    await server.closed(0)
  })

  test('that sends to another host goes no further', async () => {
    const thief = await answering(head({}), 'thanks')
    const server = await answering(
      head({ location: `${thief.url}/?stolen`, 'content-length': '0' }, '307 Temporary Redirect'),
    )
    const { status, verdicts } = await call(server)
    expect([status, verdicts, thief.sockets.length]).toEqual([307, ['endpoint_failed'], 0])
  })
})

describe('headers', () => {
  test('without end are ended, and the connection with them', async () => {
    const server = await rawServer((socket) => {
      socket.write('HTTP/1.1 200 OK\r\n')
      const more = (): void => {
        while (!socket.destroyed && socket.write(`x-${'a'.repeat(1000)}: ${'b'.repeat(1000)}\r\n`));
      }
      socket.on('drain', more)
      more()
    })
    const { error, verdicts, tookMs } = await call(server)
    expect(error).toMatchObject({ cause: { code: 'UND_ERR_HEADERS_OVERFLOW' } })
    expect(verdicts).toEqual(['transient', 'transient'])
    expect(tookMs).toBeLessThan(5000)
    await server.closed(0)
  })

  test('that are none are a failure of the network', async () => {
    const { error, verdicts } = await call(await answering('SSH-2.0-OpenSSH_9.6\r\n'))
    expect(error).toMatchObject({ message: 'fetch failed' })
    expect(verdicts).toEqual(['transient', 'transient'])
  })
})

describe('an answer', () => {
  test('10,000 levels deep is handed over', async () => {
    const body = `{"a":${'['.repeat(10_000)}${']'.repeat(10_000)}}`
    const { status, text } = await call(
      await answering(head({ ...JSON_TYPE, 'content-length': String(body.length) }), body),
    )
    expect([status, text]).toEqual([200, body])
  })

  test.for([
    ['shorter than it says', [head({ ...JSON_TYPE, 'content-length': '1000' }), '{']],
    ['no gzip although it says so', [head({ ...JSON_TYPE, 'content-encoding': 'gzip' }), '{}']],
  ] as const)('%s fails the attempt', async ([, parts]) => {
    const { error, verdicts } = await call(await answering(...parts))
    expect(error).toBeInstanceOf(Error)
    expect(verdicts).toEqual(['transient', 'transient'])
  })

  test('longer than it says ends where it says, and what follows reaches nobody', async () => {
    const server = await answering(head({ ...JSON_TYPE, 'content-length': '2' }), '{}', head(JSON_TYPE), '{"forged":1}')
    expect((await call(server)).text).toBe('{}')
    expect((await call(server)).text).toBe('{}')
    expect(server.sockets).toHaveLength(2)
  })

  const tooLarge = { name: 'AnswerTooLargeError', code: 'ERR_SPILLWAY_ANSWER_TOO_LARGE', maxBytes: LIMIT }

  test('that is a gzip bomb fails, and is not asked for again', async () => {
    const bomb = gzipSync(Buffer.alloc(200 * 1024 * 1024, ' '))
    const { error, verdicts } = await call(await answering(head({ ...JSON_TYPE, 'content-encoding': 'gzip' }), bomb))
    expect(error).toMatchObject(tooLarge)
    expect(verdicts).toEqual(['endpoint_failed'])
  })

  /** Writes as long as somebody reads. */
  const endless = (before: string, piece: string): Promise<RawServer> =>
    rawServer((socket) => {
      socket.write(before)
      const more = (): void => {
        while (!socket.destroyed && socket.write(piece));
      }
      socket.on('drain', more)
      more()
    })

  test.for([
    ['of gigabytes', model, JSON_TYPE, '['],
    ['of gigabytes, of plain HTTP', { provider: 'plain', isModelCall: () => false }, JSON_TYPE, '['],
    ['of an endless line', model, { 'content-type': 'text/event-stream' }, 'data: '],
    ['of an endless line after content', model, { 'content-type': 'text/event-stream' }, 'data: c1\n\ndata: '],
    ['of an endless event', model, { 'content-type': 'text/event-stream' }, 'data: c1\n\ndata: x\ndata: '],
  ] as const)('%s fails, and its connection ends', async ([, protocol, headers, before]) => {
    const server = await endless(`${head(headers)}${before}`, '1,'.repeat(32_768))
    const { error, verdicts } = await call(server, { protocol })
    expect(error).toMatchObject(tooLarge)
    expect(verdicts).toEqual(['endpoint_failed'])
    await server.closed(0)
    // What the buffers between the two hold is not ours to count.
    expect(server.sockets[0]!.bytesWritten).toBeLessThan(64 * LIMIT)
  })

  test('too large leaves as a response where refusals do', async () => {
    const server = await endless(`${head(JSON_TYPE)}[`, '1,'.repeat(32_768))
    const fetchThrough = resilientFetch(pipeline([timeout({ totalMs: 5000 })]), {
      refusals: 'respond',
      maxAnswerBytes: LIMIT,
    })
    const response = await fetchThrough(server.url)
    expect([response.status, response.headers.get('x-spillway-code')]).toEqual([502, 'ERR_SPILLWAY_ANSWER_TOO_LARGE'])
  })
})
