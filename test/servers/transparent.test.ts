import { once } from 'node:events'
import type { Server } from 'node:http'
import { connect, type AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { fc } from '@fast-check/vitest'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { furnished } from './furnished.ts'

const path = fc.constantFrom('json', 'long', 'empty', 'moved', 'stream', 'boom', 'missing')
const headers = fc.subarray([
  'Accept-Encoding: gzip',
  'Origin: https://app.example',
  'If-None-Match: *',
  'Accept: text/html',
  'X-Request-Timeout: 20',
  'Priority: u=1, i',
])
const get = fc.record({ method: fc.constantFrom('GET', 'HEAD', 'OPTIONS', 'DELETE'), path, headers })
const post = fc.record({
  body: fc.oneof(fc.json(), fc.constant('{"cut":'), fc.constant('a=1&b=2')),
  type: fc.constantFrom('application/json', 'application/x-www-form-urlencoded'),
  headers,
})

/** A request as its bytes. */
const wire = (
  request: Partial<{ method: string; path: string; body: string; type: string }> & { headers: string[] },
) => {
  const { method = 'POST', path: route = 'echo', body, type } = request
  const length = body === undefined ? [] : [`Content-Type: ${type}`, `Content-Length: ${Buffer.byteLength(body)}`]
  const lines = [`${method} /api/${route} HTTP/1.1`, 'Host: service.example', ...request.headers, ...length]
  return (last: boolean): string =>
    `${[...lines, `Connection: ${last ? 'close' : 'keep-alive'}`].join('\r\n')}\r\n\r\n${body ?? ''}`
}

/** All bytes that come back over one connection, but for what the clock decides. */
const converse = async (server: Server, requests: ((last: boolean) => string)[]): Promise<string> => {
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1')
  await once(socket, 'connect')
  socket.write(requests.map((request, at) => request(at === requests.length - 1)).join(''))
  const answer = await text(socket.setEncoding('latin1'))
  return answer.replaceAll(/^Date: .*$/gm, 'Date: now').replaceAll(/;? *t=\d+/g, ';t=some')
}

describe.for(furnished)('spillway mounted first in an application of $name', ({ server }) => {
  const bare = server(false)
  const guarded = server(true)
  beforeAll(async () => {
    for (const each of [bare, guarded]) await once(each.listen(0, '127.0.0.1'), 'listening')
  })
  afterAll(() => {
    for (const each of [bare, guarded]) each.close().closeAllConnections()
  })

  test('changes no byte of what is let through', async () => {
    const conversation = fc.array(fc.oneof(get, post), { minLength: 1, maxLength: 6 })
    await fc.assert(
      fc.asyncProperty(conversation, async (requests) => {
        const asBytes = requests.map(wire)
        expect(await converse(guarded, asBytes)).toBe(await converse(bare, asBytes))
      }),
      { numRuns: 60 },
    )
  })
})
