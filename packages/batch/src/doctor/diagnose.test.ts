import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { inspect } from 'node:util'
import { createSimulator } from '@spillway/simulator'
import { describe, expect, onTestFinished, test } from 'vitest'
import { diagnose, type DiagnoseOptions, type Finding } from '../index.ts'

const KEY = 'canary-key-4711-canary'

/** A server that notes what it is asked. */
const server = async (
  answer: (response: ServerResponse) => void,
): Promise<{ url: string; asked: { method: string; url: string; headers: IncomingHttpHeaders }[] }> => {
  const asked: { method: string; url: string; headers: IncomingHttpHeaders }[] = []
  const http = createServer(({ method = '', url = '', headers }, response) => {
    asked.push({ method, url, headers })
    answer(response)
  })
  await new Promise<void>((done) => http.listen(0, '127.0.0.1', done))
  onTestFinished(async () => {
    http.closeAllConnections()
    await new Promise((done) => http.close(done))
  })
  return { url: `http://127.0.0.1:${(http.address() as AddressInfo).port}`, asked }
}

/** Where nobody listens. */
const gone = async (): Promise<string> => {
  const http = createServer()
  await new Promise<void>((done) => http.listen(0, '127.0.0.1', done))
  const { port } = http.address() as AddressInfo
  await new Promise((done) => http.close(done))
  return `http://127.0.0.1:${port}`
}

/** What was found of endpoints and their clocks. Nothing that was found has the key in it. */
const found = async (options: DiagnoseOptions): Promise<(readonly [string, string, string])[]> => {
  const findings = await diagnose({ application: tmpdir(), ...options })
  expect(inspect(findings, { depth: 9 })).not.toContain(KEY)
  return findings
    .filter(({ check }) => ['key', 'address', 'reach', 'access', 'clock'].includes(check))
    .map(({ check, state, found: text }: Finding) => [check, state, text])
}

const simulated = async (models: readonly string[]): Promise<string> => {
  const simulator = createSimulator({ models })
  const { url } = await simulator.listen()
  onTestFinished(() => simulator.close())
  return url
}

describe('offline', () => {
  test('an endpoint is greeted without the key', async () => {
    const { url, asked } = await server((response) => response.writeHead(404).end())
    const env = { OPENAI_API_KEY: KEY, OPENAI_BASE_URL: `${url}/v1` }
    expect(await found({ env })).toEqual([
      ['key', 'ok', 'is set, 22 characters'],
      ['address', 'ok', `${url}/v1`],
      ['reach', 'ok', expect.stringMatching(/^answers within \d+ ms \(HTTP 404\)$/)],
      ['clock', 'ok', 'this clock agrees with the server’s'],
    ])
    expect(asked.map(({ method, url: path }) => [method, path])).toEqual([['HEAD', '/']])
    expect(JSON.stringify(asked)).not.toContain(KEY)
  })

  test('an endpoint that sends elsewhere is there, and is not followed', async () => {
    const thief = await server((response) => response.end())
    const { url } = await server((response) => response.writeHead(302, { location: thief.url }).end())
    const findings = await found({ env: { OPENAI_API_KEY: KEY, OPENAI_BASE_URL: `${url}/v1` } })
    expect([findings[2]?.[1], thief.asked.length]).toEqual(['ok', 0])
  })

  test('an endpoint that is not there, and one that is silent, are problems', async () => {
    const silent = await server(() => {})
    const env = { OPENAI_API_KEY: KEY, OPENAI_BASE_URL: `${await gone()}/v1`, OTHER: KEY }
    const endpoints = [`${silent.url}/v1,key=OTHER,name=silent`]
    const findings = await found({ env, endpoints, timeoutMs: 300 })
    expect(findings.filter(([check]) => check === 'reach')).toEqual([
      ['reach', 'problem', 'nobody listens there (ECONNREFUSED)'],
      ['reach', 'problem', 'does not answer within 300 ms'],
    ])
  })

  test('an address that is none is not asked', async () => {
    const env = { OPENAI_API_KEY: KEY, OPENAI_BASE_URL: 'https://127.0.0.1:9/v1/chat/completions' }
    expect((await found({ env })).map(([check, state]) => [check, state])).toEqual([
      ['key', 'ok'],
      ['address', 'problem'],
    ])
  })

  test('a clock that is wrong is told of', async () => {
    const date = new Date(Date.now() - 3_600_000).toUTCString()
    const { url } = await server((response) => response.writeHead(200, { date }).end())
    const findings = await found({ env: { OPENAI_API_KEY: KEY, OPENAI_BASE_URL: `${url}/v1` } })
    expect(findings.at(-2)).toEqual(['reach', 'ok', expect.stringContaining('(HTTP 200)')])
    expect(findings.at(-1)).toEqual(['clock', 'problem', expect.stringMatching(/^this clock is 1 h ahead of/)])
  })

  test('without any key that is the problem', async () => {
    expect(await found({ env: {} })).toEqual([['key', 'problem', 'is not set']])
    const [finding] = await diagnose({ env: { OPENAI_BASE_URL: 'https://relay.example/v1' }, application: tmpdir() })
    expect(finding).toMatchObject({ subject: 'OPENAI_API_KEY', state: 'problem', found: 'is not set' })
  })
})

describe('online', () => {
  test('a key that is accepted, with its model and without', async () => {
    const url = await simulated(['painter'])
    const env = { GEMINI_API_KEY: KEY, GOOGLE_GEMINI_BASE_URL: url, RELAY_API_KEY: KEY }
    const endpoints = [`${url}/v1,model=sculptor`]
    const findings = await found({ env, endpoints, online: true, model: 'painter' })
    expect(findings.filter(([check]) => check === 'access')).toEqual([
      ['access', 'ok', 'the key is accepted'],
      ['access', 'warning', 'the key is accepted, and sculptor is not among its 1 models'],
    ])
  })

  test('a key that is refused, whatever the server quotes of it', async () => {
    const { url, asked } = await server((response) =>
      response
        .writeHead(401, { 'content-type': 'application/json' })
        .end(JSON.stringify({ error: { message: `Incorrect API key provided: ${KEY}`, code: 'invalid_api_key' } })),
    )
    const findings = await found({ env: { OPENAI_API_KEY: KEY, OPENAI_BASE_URL: `${url}/v1` }, online: true })
    expect(findings).toContainEqual(['access', 'problem', 'the key is not accepted (HTTP 401)'])
    expect(asked.map(({ method, url: path, headers }) => [method, path, headers.authorization])).toEqual([
      ['HEAD', '/', undefined],
      ['GET', '/v1/models', `Bearer ${KEY}`],
    ])
  })

  test('a key that Gemini refuses is a 400', async () => {
    const { url, asked } = await server((response) =>
      response.writeHead(400, { 'content-type': 'application/json' }).end(
        JSON.stringify({
          error: {
            code: 400,
            message: 'API key not valid. Please pass a valid API key.',
            status: 'INVALID_ARGUMENT',
            details: [{ '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason: 'API_KEY_INVALID' }],
          },
        }),
      ),
    )
    const findings = await found({ env: { GEMINI_API_KEY: KEY, GOOGLE_GEMINI_BASE_URL: url }, online: true })
    expect(findings).toContainEqual(['access', 'problem', 'the key is not accepted (HTTP 400)'])
    expect([asked[1]?.url, asked[1]?.headers['x-goog-api-key']]).toEqual(['/v1beta/models?pageSize=1000', KEY])
  })

  test('a list of models that sends elsewhere does not get the key there', async () => {
    const thief = await server((response) => response.end('{"data":[]}'))
    const { url } = await server((response) => response.writeHead(307, { location: thief.url }).end())
    const findings = await found({ env: { OPENAI_API_KEY: KEY, OPENAI_BASE_URL: `${url}/v1` }, online: true })
    expect(findings).toContainEqual(['access', 'problem', 'sends elsewhere (HTTP 307), where no key goes'])
    expect(thief.asked.length).toBe(0)
  })
})

test.each<[object, string]>([
  [{ onlin: true }, 'diagnose.onlin'],
  [{ timeoutMs: 0 }, 'diagnose.timeoutMs'],
])('refuses %j before it looks at anything', async (options, option) => {
  await expect(diagnose({ env: {}, ...options })).rejects.toMatchObject({
    code: 'ERR_SPILLWAY_INVALID_OPTIONS',
    option,
  })
})

test('ends with the reason of its signal', async () => {
  const reason = new Error('Enough')
  await expect(diagnose({ env: {}, signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
})

test('looks at everything else as well', async () => {
  const findings = await diagnose({ env: { HTTPS_PROXY: 'http://p:1' }, folder: tmpdir(), application: tmpdir() })
  expect([...new Set(findings.map(({ check }) => check))]).toEqual([
    'key',
    'proxy',
    'node',
    'client',
    'opentelemetry',
    'folder',
  ])
  expect(findings.filter(({ check }) => check === 'client')).toMatchObject([{ state: 'ok' }, { state: 'ok' }])
})
