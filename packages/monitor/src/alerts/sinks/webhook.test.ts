import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { inspect } from 'node:util'
import { pipeline, registerPlugin, systemClock, type Clock } from '@spillway/core'
import { describe, expect, onTestFinished, test } from 'vitest'
import { monitor, webhook, type Notice, type WebhookOptions } from '../../index.ts'

const SECRET = 'T0secretB0'
/** A hundred times as fast: delays between tries are there, and nobody waits for them. */
const hurried: Clock = {
  now: () => 100 * systemClock.now(),
  wallTime: () => systemClock.wallTime(),
  setTimer: (ms, callback) => systemClock.setTimer(ms / 100, callback),
}

const never = new AbortController().signal

type Answer = (request: IncomingMessage, response: ServerResponse, asked: number) => void

/** A real receiver. */
const receiver = async (answer: Answer) => {
  const bodies: string[] = []
  const server = createServer((request, response) => {
    let body = ''
    request.on('data', (part: Buffer) => (body += part.toString()))
    request.on('end', () => {
      bodies.push(body)
      answer(request, response, bodies.length)
    })
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  onTestFinished(() => {
    server.close()
    server.closeAllConnections()
  })
  return { bodies, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/services/${SECRET}` }
}

const notice = (text = 'watch: critical: all is lost [endpoint-down]'): Notice => ({
  kind: 'fired',
  monitor: 'watch',
  at: 60_000,
  text,
  alert: {
    rule: 'endpoint-down',
    subject: 'official',
    severity: 'critical',
    text: 'all is lost',
    since: 0,
    firedAt: 60_000,
  },
})

const sent = async (answer: Answer, options: Partial<WebhookOptions> = {}) => {
  const { bodies, url } = await receiver(answer)
  const sink = webhook({ url, timeoutMs: 500_000, clock: hurried, ...options })
  const outcome = await Promise.resolve(sink.send(notice(), never)).then(
    () => 'taken',
    (error: unknown) => error,
  )
  return { bodies, outcome }
}

describe('a webhook', () => {
  test('gets what Slack takes', async () => {
    const { bodies, outcome } = await sent((request, response) => {
      expect(request.method).toBe('POST')
      expect(request.headers['content-type']).toBe('application/json')
      response.end('ok')
    })
    expect(outcome).toBe('taken')
    expect(bodies).toHaveLength(1)
    expect(JSON.parse(bodies[0] as string)).toMatchObject({
      text: 'watch: critical: all is lost [endpoint-down]',
      attachments: [
        { color: '#dc2626', fields: expect.arrayContaining([{ title: 'Subject', value: 'official', short: true }]) },
      ],
    })
  })

  test('gets what is over, with how long it lasted', async () => {
    const { bodies, url } = await receiver((_, response) => response.end())
    const fired = notice()
    await webhook({ url }).send({ ...fired, kind: 'resolved', at: 240_000 }, never)
    const { attachments } = JSON.parse(bodies[0] as string) as { attachments: { color: string; fields: object[] }[] }
    expect(attachments[0]?.color).toBe('#16a34a')
    expect(attachments[0]?.fields).toEqual(
      [
        ['State', 'resolved'],
        ['Severity', 'critical'],
        ['Subject', 'official'],
        ['Rule', 'endpoint-down'],
        ['Since', '1970-01-01 00:00:00 UTC'],
        ['Lasted', '4 minutes'],
      ].map(([title, value]) => ({ title, value, short: true })),
    )
  })

  test('is not made to call everybody by what a status page wrote', async () => {
    const { bodies, url } = await receiver((_, response) => response.end())
    await webhook({ url }).send(notice('page says <!channel> & more'), never)
    expect(JSON.parse(bodies[0] as string)).toMatchObject({ text: 'page says &lt;!channel&gt; &amp; more' })
  })

  test('gets a body and headers of your own', async () => {
    let authorization: string | undefined
    const { bodies } = await sent(
      (request, response) => {
        authorization = request.headers.authorization
        response.end()
      },
      { body: ({ text }) => ({ content: text }), headers: { authorization: 'Bearer key' } },
    )
    expect(authorization).toBe('Bearer key')
    expect(JSON.parse(bodies[0] as string)).toEqual({ content: notice().text })
  })

  test.each<[string, Answer]>([
    ['503', (_, response, asked) => response.writeHead(asked === 1 ? 503 : 200).end('busy')],
    [
      '429 with a wait',
      (_, response, asked) => response.writeHead(asked === 1 ? 429 : 200, { 'retry-after': '0' }).end(),
    ],
    [
      'a connection that breaks',
      (request, response, asked) => void (asked === 1 ? request.socket.destroy() : response.end()),
    ],
    [
      'garbage',
      (request, response, asked) => void (asked === 1 ? request.socket.end('GARBAGE\r\n\r\n') : response.end()),
    ],
  ])('is asked again after %s', async (_, answer) => {
    const { bodies, outcome } = await sent(answer)
    expect(outcome).toBe('taken')
    expect(bodies).toHaveLength(2)
  })

  test.each<[string, Answer, number, number]>([
    ['404: not again', (_, response) => response.writeHead(404).end('no_service'), 1, 404],
    ['a redirect: not followed', (_, response) => response.writeHead(307, { location: '/elsewhere' }).end(), 1, 307],
    [
      '429 with a wait of an hour: not again',
      (_, response) => response.writeHead(429, { 'retry-after': '3599' }).end(),
      1,
      429,
    ],
    ['500 for ever: as often as it may be', (_, response) => response.writeHead(500).end(), 3, 500],
  ])('that answers %s, and the secret is nowhere', async (_, answer, asked, status) => {
    const { bodies, outcome } = await sent(answer, { maxAttempts: 3 })
    expect(bodies).toHaveLength(asked)
    expect(outcome).toBeInstanceOf(Error)
    expect(outcome).toMatchObject({ code: 'ERR_SPILLWAY_WEBHOOK_FAILED', status })
    expect(inspect(outcome, { showHidden: true, depth: 9 })).not.toContain(SECRET)
  })

  test('that says nothing is asked again after the limit of a try, and given up in the end', async () => {
    let silent = 1
    const once = await sent((_, response) => void (silent-- <= 0 && response.end()), { timeoutMs: 50_000 })
    expect(once.outcome).toBe('taken')
    expect(once.bodies.length).toBeGreaterThan(1)
    const { bodies, outcome } = await sent(() => {}, { maxAttempts: 3, timeoutMs: 20_000 })
    expect(outcome).toBeInstanceOf(Error)
    // How many of three tries a machine with too much to do brings to the server in time is its affair.
    expect(bodies.length).toBeLessThanOrEqual(3)
    expect(inspect(outcome, { showHidden: true, depth: 9 })).not.toContain(SECRET)
  })

  test.each([
    [{ url: 'ftp://secret' }, 'webhook.url'],
    [{ url: 'secret' }, 'webhook.url'],
    [{ url: undefined }, 'webhook.url'],
    [{ url: 'http://a', headers: { a: 1 } }, 'webhook.headers.a'],
    [{ url: 'http://a', timeoutMs: 0 }, 'webhook.timeoutMs'],
    [{ url: 'http://a', maxAttempts: 0 }, 'webhook.maxAttempts'],
    [{ url: 'http://a', name: 1 }, 'webhook.name'],
    [{ url: 'http://a', body: 1 }, 'webhook.body'],
    [{ uri: 'http://secret' }, 'webhook.uri'],
  ])('%o is refused', (options, option) => {
    expect(() => webhook(options as never)).toThrow(option)
    expect(() => webhook(options as never)).not.toThrow('secret')
  })
})

test('a monitor of all pipelines does not watch the one that its notices go through', async () => {
  const { url, bodies } = await receiver((_, response) => response.writeHead(404).end())
  const events: string[] = []
  const watch = monitor({
    everyMs: 100,
    alerts: {
      rules: [{ name: 'always', find: () => ({ subject: 'all', text: 'always' }) }],
      sinks: [webhook({ url })],
    },
  })
  onTestFinished(() => watch.dispose())
  watch.events.subscribe((event) => events.push(JSON.stringify(event)))
  const seen: string[] = []
  onTestFinished(registerPlugin({ name: 'test', attach: ({ name }) => void seen.push(name) }))
  await expect.poll(() => bodies.length).toBe(1)
  await watch.idle()
  expect(seen).toContain('webhook')
  await pipeline([], { name: 'mine' }).execute(async () => 1)
  expect(watch.health().endpoints.map(({ endpoint }) => endpoint)).not.toContain('webhook')
  expect(watch.health().pipelines.map((each) => each.pipeline)).not.toContain('webhook')
  expect(events.join()).toContain('"errorName":"WebhookFailedError"')
  expect(events.join()).not.toContain(SECRET)
})
