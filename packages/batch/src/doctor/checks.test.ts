import { describe, expect, test } from 'vitest'
import { checkAccess } from './check-access.ts'
import { checkAddress } from './check-address.ts'
import { checkKey } from './check-key.ts'
import { checkNode } from './check-node.ts'
import { checkProxies, proxyFor } from './check-proxies.ts'
import { checkClock, checkReach } from './check-reach.ts'

const GOOGLE = `AIza${'k'.repeat(35)}`
const OPENAI = `sk-proj-${'k'.repeat(40)}`

describe('a key', () => {
  test.for([
    ['gemini', GOOGLE, 'ok', 'is set, 39 characters'],
    ['gemini', `AQ.${'k'.repeat(40)}`, 'ok', 'is set, 43 characters'],
    ['openai', OPENAI, 'ok', 'is set, 48 characters'],
    ['relay', 'a-relay-has-keys-of-its-own', 'ok', 'is set, 27 characters'],
    ['relay', OPENAI, 'ok', 'is set, 48 characters'],
    ['gemini', undefined, 'problem', 'is not set'],
    ['gemini', '  ', 'problem', 'is not set'],
    ['gemini', `"${GOOGLE}"`, 'problem', 'has quotes in it'],
    ['gemini', `${GOOGLE} ${GOOGLE}`, 'problem', 'has white space in it'],
    ['gemini', `${GOOGLE}é`, 'problem', 'has letters beyond ASCII in it'],
    ['gemini', 'your-api-key', 'problem', 'holds a placeholder instead of a key'],
    ['relay', '<key>', 'problem', 'holds a placeholder instead of a key'],
    ['openai', 'sk-...', 'problem', 'holds a placeholder instead of a key'],
    ['gemini', OPENAI, 'problem', 'looks like a key of OpenAI'],
    ['openai', GOOGLE, 'problem', 'looks like a key of Google'],
    ['gemini', `${GOOGLE}\n`, 'warning', 'is set, 39 characters, with a line break or spaces around them'],
    ['relay', ` a-relay-has-keys-of-its-own\r`, 'warning', 'is set, 27 characters, with a line break or spaces'],
    ['openai', 'k'.repeat(40), 'warning', 'does not look like a key of OpenAI'],
    ['relay', 'short-key', 'warning', 'is short: 9 characters'],
  ] as const)('of %s: %j is %s', ([owner, value, state, found]) => {
    const finding = checkKey('SOME_KEY', value, owner)
    expect(finding).toMatchObject({ check: 'key', subject: 'SOME_KEY', state, found: expect.stringContaining(found) })
    if (value !== undefined && value.trim().length > 12) expect(JSON.stringify(finding)).not.toContain(value.trim())
    expect(finding.todo === undefined).toBe(state === 'ok')
  })
})

describe('an address', () => {
  test.for([
    ['openai', 'https://relay.example.com/v1', 'ok', 'https://relay.example.com/v1'],
    ['openai', 'https://relay.example.com/v1/', 'ok', 'https://relay.example.com/v1/'],
    ['openai', 'http://127.0.0.1:8080/v1', 'ok', 'http://127.0.0.1:8080/v1'],
    ['openai', 'https://generativelanguage.googleapis.com/v1beta/openai/', 'ok', 'https://generativelanguage'],
    ['gemini', 'https://relay.example.com', 'ok', 'https://relay.example.com'],
    ['gemini', 'https://relay.example.com/gemini', 'ok', 'https://relay.example.com/gemini'],
    ['openai', 'relay.example.com/v1', 'problem', 'is no http(s) address'],
    ['openai', 'ftp://relay.example.com/v1', 'problem', 'is no http(s) address'],
    ['openai', 'https://me:canary@relay.example.com/v1', 'problem', 'has a user name'],
    ['openai', 'https://relay.example.com/v1?key=canary', 'problem', 'has a user name'],
    ['openai', 'https://relay.example.com/v1/chat/completions', 'problem', 'ends with what the client adds'],
    ['openai', 'https://relay.example.com/v1/images/generations', 'problem', 'ends with what the client adds'],
    ['gemini', 'https://relay.example.com/v1beta', 'problem', 'ends with what the client adds'],
    ['openai', 'https://relay.example.com/v1/v1', 'problem', 'says the version twice'],
    ['openai', 'https://generativelanguage.googleapis.com/v1beta', 'problem', 'is the Gemini API'],
    ['openai', 'https://relay.example.com', 'warning', 'has no path'],
    ['openai', 'https://relay.example.com//v1', 'warning', 'has a double slash'],
    ['openai', 'http://relay.example.com/v1', 'warning', 'is plain http'],
  ] as const)('spoken to as %s: %s is %s', ([spoken, baseUrl, state, found]) => {
    const finding = checkAddress('relay', spoken, baseUrl)
    expect([finding.state, finding.found]).toEqual([state, expect.stringContaining(found)])
    expect(JSON.stringify(finding)).not.toContain('canary')
  })
})

describe('the way to an endpoint', () => {
  test('is free where anything answers', () => {
    const answer = { verdict: { kind: 'request_failed' }, status: 404, tookMs: 31.4 } as const
    expect(checkReach('relay', answer, { timeoutMs: 5000 })).toMatchObject({
      state: 'ok',
      found: 'answers within 31 ms (HTTP 404)',
    })
  })

  test.for([
    ['ENOTFOUND', 'its name is not known to DNS (ENOTFOUND)'],
    ['EAI_AGAIN', 'DNS does not answer (EAI_AGAIN)'],
    ['ERR_BLOCKED_PORT', 'Node’s fetch sends nothing to its port (ERR_BLOCKED_PORT)'],
    ['ECONNREFUSED', 'nobody listens there (ECONNREFUSED)'],
    ['UND_ERR_CONNECT_TIMEOUT', 'it does not answer in time (UND_ERR_CONNECT_TIMEOUT)'],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'its certificate is not trusted (DEPTH_ZERO_SELF_SIGNED_CERT)'],
    ['CERT_HAS_EXPIRED', 'its certificate does not hold today (CERT_HAS_EXPIRED)'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'its certificate is for another name (ERR_TLS_CERT_ALTNAME_INVALID)'],
    ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'its certificate is not trusted (UNABLE_TO_GET_ISSUER_CERT_LOCALLY)'],
    ['ERR_SSL_WRONG_VERSION_NUMBER', 'it does not speak TLS there (ERR_SSL_WRONG_VERSION_NUMBER)'],
    ['ECONNRESET', 'it ends the connection (ECONNRESET)'],
    ['EWEIRD', 'it cannot be reached (EWEIRD)'],
    [undefined, 'it cannot be reached'],
  ] as const)('with %s has a problem, in words', ([code, found]) => {
    const answer = { verdict: { kind: 'transient' as const, ...(code && { code }) }, tookMs: 3 }
    expect(checkReach('relay', answer, { timeoutMs: 5000 })).toMatchObject({
      state: 'problem',
      found,
      todo: expect.any(String),
    })
  })

  test('that takes too long has one too', () => {
    const answer = { verdict: { kind: 'transient' }, tookMs: 5000 } as const
    expect(checkReach('relay', answer, { timeoutMs: 5000 })).toMatchObject({ found: 'does not answer within 5000 ms' })
  })

  test('through a proxy is the proxy’s affair', () => {
    const refused = { verdict: { kind: 'transient', code: 'ECONNREFUSED' }, tookMs: 3 } as const
    expect(checkReach('relay', refused, { timeoutMs: 5000, proxy: 'https_proxy' })).toMatchObject({
      state: 'problem',
      found: 'it cannot be reached through the proxy of https_proxy (ECONNREFUSED)',
      todo: expect.stringContaining('NO_PROXY'),
    })
    const answered = { verdict: { kind: 'success' }, status: 200, tookMs: 3 } as const
    expect(checkReach('relay', answered, { timeoutMs: 5000, proxy: 'HTTP_PROXY' })).toMatchObject({ state: 'ok' })
  })
})

describe('the clock', () => {
  test.for([
    [0, 'ok', 'agrees'],
    [29, 'ok', 'agrees'],
    [-31, 'warning', '31 s behind'],
    [299, 'warning', '4 min 59 s ahead of'],
    [3600, 'problem', '1 h ahead of'],
  ] as const)('that is %i s off is %s', ([seconds, state, found]) => {
    const finding = checkClock('relay', { theirs: 1e12, ours: 1e12 + seconds * 1000 })
    expect([finding.state, finding.found]).toEqual([state, expect.stringContaining(found)])
  })
})

describe('access', () => {
  const models = { data: [{ id: 'painter' }, { id: 'writer' }, null, { id: 7 }] }
  test.for([
    ['success', 200, models, 'painter', 'ok', 'the key is accepted'],
    ['success', 200, models, 'sculptor', 'warning', 'sculptor is not among its 2 models'],
    ['success', 200, { models: [{ name: 'models/painter' }] }, 'painter', 'ok', 'the key is accepted'],
    ['success', 200, { data: [] }, 'painter', 'ok', 'the key is accepted'],
    ['success', 200, undefined, 'painter', 'warning', 'not with a list of models'],
    ['endpoint_failed', 401, undefined, 'painter', 'problem', 'the key is not accepted (HTTP 401)'],
    ['endpoint_failed', 404, undefined, 'painter', 'warning', 'has no list of models (HTTP 404)'],
    ['quota_exhausted', 429, undefined, 'painter', 'problem', 'has nothing left'],
    ['overloaded', 503, undefined, 'painter', 'warning', 'is overloaded (HTTP 503)'],
    ['transient', 500, undefined, 'painter', 'warning', 'could not be asked (HTTP 500)'],
  ] as const)('%s with HTTP %i is %s', ([kind, status, json, model, state, found]) => {
    const finding = checkAccess('relay', { verdict: { kind }, status, tookMs: 1, json }, model)
    expect([finding.state, finding.found]).toEqual([state, expect.stringContaining(found)])
  })

  test('a key that Gemini does not know is a 400 with a code', () => {
    const verdict = { kind: 'request_failed', code: 'API_KEY_INVALID' } as const
    expect(checkAccess('gemini', { verdict, status: 400, tookMs: 1 }, 'm').state).toBe('problem')
  })
})

describe('a proxy', () => {
  const at = (version: string, execArgv: readonly string[] = []) => ({ version, execArgv })
  test.for<[Record<string, string>, { version: string; execArgv: readonly string[] }, unknown]>([
    [{}, at('v24.1.0'), undefined],
    [{ HTTPS_PROXY: ' ' }, at('v24.1.0'), undefined],
    [{ HTTPS_PROXY: 'http://me:canary@p:1' }, at('v24.1.0'), ['warning', 'If it is needed, set NODE_USE_ENV_PROXY=1.']],
    [{ https_proxy: 'http://p:1' }, at('v22.15.0'), ['warning', expect.stringContaining('newer Node')]],
    [{ HTTPS_PROXY: 'http://p:1', NODE_USE_ENV_PROXY: '1' }, at('v22.15.0'), ['warning', expect.any(String)]],
    [{ HTTPS_PROXY: 'http://p:1', NODE_USE_ENV_PROXY: '1' }, at('v22.21.0'), ['ok', undefined]],
    [{ HTTPS_PROXY: 'http://p:1' }, at('v24.1.0', ['--use-env-proxy']), ['ok', undefined]],
    [{ HTTPS_PROXY: 'http://p:1', NODE_OPTIONS: '--use-env-proxy' }, at('v24.1.0'), ['ok', undefined]],
    [{ ALL_PROXY: 'http://p:1', NODE_USE_ENV_PROXY: '1' }, at('v24.1.0'), ['warning', 'Set HTTPS_PROXY.']],
  ])('%j, Node %j', ([env, node, expected]) => {
    const [finding] = checkProxies(env, node)
    expect(finding === undefined ? undefined : [finding.state, finding.todo]).toEqual(expected)
    expect(JSON.stringify(finding ?? '')).not.toContain('canary')
  })

  const told = { NODE_USE_ENV_PROXY: '1', HTTPS_PROXY: 'http://p:1', http_proxy: 'http://p:2' }
  test.for<[string, Record<string, string>, string | undefined]>([
    ['https://relay.example/v1', told, 'HTTPS_PROXY'],
    ['http://relay.example/v1', told, 'http_proxy'],
    ['http://relay.example/v1', { ...told, http_proxy: '' }, undefined],
    ['https://relay.example/v1', { HTTPS_PROXY: 'http://p:1' }, undefined],
    ['https://relay.example/v1', { ...told, NO_PROXY: 'a.example, relay.example' }, undefined],
    ['https://eu.relay.example/v1', { ...told, no_proxy: '.relay.example' }, undefined],
    ['https://eu.relay.example/v1', { ...told, no_proxy: '*.relay.example' }, undefined],
    ['https://myrelay.example/v1', { ...told, NO_PROXY: 'relay.example' }, 'HTTPS_PROXY'],
    ['https://relay.example/v1', { ...told, NO_PROXY: '*' }, undefined],
  ])('for %s with %j is %s', ([url, env, expected]) => {
    expect(proxyFor(url, env, at('v24.1.0'))).toBe(expected)
  })

  test('a file of certificates that is not there is a problem, one that is there none', () => {
    const at24 = at('v24.1.0')
    expect(checkProxies({ NODE_EXTRA_CA_CERTS: '/no/such/file.pem' }, at24)).toMatchObject([
      { state: 'problem', subject: 'NODE_EXTRA_CA_CERTS' },
    ])
    expect(checkProxies({ NODE_EXTRA_CA_CERTS: import.meta.filename }, at24)).toEqual([])
    expect(checkProxies({ NODE_EXTRA_CA_CERTS: '' }, at24)).toEqual([])
  })

  test('certificates that nobody looks at are a problem', () => {
    expect(checkProxies({ NODE_TLS_REJECT_UNAUTHORIZED: '0' }, at('v24.1.0'))).toMatchObject([{ state: 'problem' }])
  })
})

describe('Node', () => {
  test.for([
    ['v22.14.9', 'problem'],
    ['v20.20.2', 'problem'],
    ['v22.15.0', 'ok'],
    ['v24.0.0', 'ok'],
  ] as const)('%s is %s', ([version, state]) => {
    expect(checkNode(version)).toMatchObject([{ state }, { subject: 'node:sqlite', state: 'ok' }])
  })

  test('without SQLite has a problem', () => {
    const open = (): never => {
      throw new Error('No such module')
    }
    expect(checkNode('v24.0.0', open)).toMatchObject([{}, { subject: 'node:sqlite', state: 'problem' }])
  })
})
