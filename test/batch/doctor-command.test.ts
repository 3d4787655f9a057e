import { mkdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { createSimulator } from '@spillway/simulator'
import { describe, expect, it, onTestFinished } from 'vitest'
import { json, ownServer } from './own-server.ts'
import { emptyFolder, spillway } from './spillway.ts'
import { CERTIFICATE, tlsServer } from './tls-server.ts'

const CANARY = 'sk-canary-51c8a0e2-canary'

describe('spillway doctor', () => {
  it('0 where everything is well, a line for each finding', async () => {
    const simulator = createSimulator({ models: ['gpt-image-1'] })
    const { url } = await simulator.listen()
    onTestFinished(() => simulator.close())
    const env = { OPENAI_API_KEY: CANARY, OPENAI_BASE_URL: `${url}/v1` }
    const { code, stdout, stderr } = await spillway(['doctor', '--online', '--out', 'images'], { env })
    expect(stdout.split('\n').filter((line) => line !== '' && !line.startsWith('ok '))).toEqual([])
    expect(stdout).toMatch(/^ok {7}OPENAI_API_KEY {6}is set, 25 characters$/m)
    expect(stdout).toMatch(/^ok {7}openai {14}the key is accepted$/m)
    expect([code, stderr]).toEqual([0, '0 problems, 0 warnings.\n'])
    expect(stdout).not.toContain(CANARY)
  })

  it('0 with warnings', async () => {
    const server = await ownServer((response) => response.writeHead(404).end())
    const env = { OPENAI_API_KEY: CANARY, OPENAI_BASE_URL: server.url, HTTPS_PROXY: 'http://me:secret@proxy.example:1' }
    const { code, stdout, stderr } = await spillway(['doctor'], { env })
    expect(stdout).toContain('has no path\n')
    expect(stdout).toContain('Most relays want /v1 at the end.\n')
    expect(stdout).toMatch(/^warning {2}HTTPS_PROXY +is set, and Node’s fetch does not go by it$/m)
    expect([code, stderr]).toEqual([0, '0 problems, 2 warnings.\n'])
    expect(stdout).not.toContain('secret')
  })

  it('1 with problems, which are said as JSON as well', async () => {
    const server = await ownServer((response, path) =>
      path === '/'
        ? response.end()
        : json(response, { error: { message: `Bad key ${CANARY}`, code: 'invalid_api_key' } }, 401),
    )
    const cwd = emptyFolder()
    for (const [name, manifest] of Object.entries({
      openai: { version: '4.104.0' },
      '@opentelemetry/api': { version: '1.8.0' },
      '@opentelemetry/sdk-node': { version: '1.0.0' },
      '@opentelemetry/sdk-node/node_modules/@opentelemetry/api': { version: '1.10.0' },
    })) {
      mkdirSync(join(cwd, 'node_modules', name), { recursive: true })
      writeFileSync(join(cwd, 'node_modules', name, 'package.json'), JSON.stringify(manifest))
    }
    writeFileSync(join(cwd, 'file'), '')
    const env = { OPENAI_API_KEY: CANARY, OPENAI_BASE_URL: `${server.url}/v1` }
    const { code, stdout, stderr } = await spillway(['doctor', '--online', '--out', 'file/images', '--json'], {
      cwd,
      env,
    })
    const said = JSON.parse(stdout) as { findings: { check: string; state: string; found: string; todo?: string }[] }
    expect(said).toMatchObject({ problems: 2, warnings: 2 })
    expect(said.findings.filter(({ state }) => state !== 'ok').map(({ check, found }) => [check, found])).toEqual([
      ['access', 'the key is not accepted (HTTP 401)'],
      ['client', 'the application’s is 4.104.0, and @spillway/openai is made for ^7.57.0'],
      ['opentelemetry', expect.stringMatching(/^2 copies: 1\.8\.0, 1\.10\.0/)],
      ['folder', 'is a file, or behind one'],
    ])
    expect(said.findings.every(({ state, todo }) => (todo === undefined) === (state === 'ok'))).toBe(true)
    expect([code, stderr]).toEqual([1, ''])
    expect(stdout).not.toContain(CANARY)
  })

  it('tells what to do about the way there: certificates, the wrong protocol, proxies', async () => {
    const host = await tlsServer()
    const plain = await ownServer((response) => response.end())
    const cwd = emptyFolder()
    writeFileSync(join(cwd, 'authority.pem'), CERTIFICATE)
    const reach = async (url: string, more: Record<string, string> = {}): Promise<string> => {
      const env = { OPENAI_API_KEY: CANARY, OPENAI_BASE_URL: url, ...more }
      const { code, stdout } = await spillway(['doctor', '--json'], { cwd, env })
      expect([code, stdout]).toEqual([1, expect.not.stringMatching(/canary|hunter2/)])
      const { findings } = JSON.parse(stdout) as { findings: { check: string; found: string; todo?: string }[] }
      const { found = '', todo = '' } = findings.find(({ check }) => check === 'reach') ?? {}
      return `${found}. ${todo}`
    }
    expect(await reach(`https://${host}/v1`)).toMatch(/^its certificate is not trusted .*NODE_EXTRA_CA_CERTS/)
    expect(await reach(`https://${host}/v1`, { NODE_EXTRA_CA_CERTS: 'authority.pem' })).toMatch(
      /^its certificate is for another name .*Is the name in the address right/,
    )
    expect(await reach(`http://${host}/v1`)).toMatch(/^it ends the connection .*https instead of http/)
    expect(await reach(`https://${plain.url.slice('http://'.length)}/v1`)).toMatch(
      /^it does not speak TLS there .*http instead of https/,
    )
  })

  it('tells what to do about a proxy that does not let it through, and one that is not there', async () => {
    const proxy = createServer().on('connect', (_, socket) => socket.end('HTTP/1.1 407 Who are you\r\n\r\n'))
    await new Promise<void>((done) => proxy.listen(0, '127.0.0.1', done))
    const address = `http://me:hunter2@127.0.0.1:${(proxy.address() as AddressInfo).port}`
    const env = { OPENAI_API_KEY: CANARY, OPENAI_BASE_URL: 'https://relay.test/v1', NODE_USE_ENV_PROXY: '1' }
    const refused = await spillway(['doctor'], { env: { ...env, HTTPS_PROXY: address } })
    expect(refused.stdout).toMatch(
      /^problem +openai +the proxy of HTTPS_PROXY does not let it through\n +Does it want/m,
    )
    await new Promise((done) => proxy.close(done))
    const gone = await spillway(['doctor'], { env: { ...env, https_proxy: address } })
    expect(gone.stdout).toMatch(
      /^problem +openai +it cannot be reached through the proxy of https_proxy \(ECONNREFUSED\)\n +Is the proxy right/m,
    )
    expect(refused.stdout + gone.stdout).not.toMatch(/canary|hunter2/)
  })

  it('ends behind a proxy that hangs up on whoever asks', async () => {
    const proxy = createServer().on('connect', (_, socket) => socket.destroy())
    await new Promise<void>((done) => proxy.listen(0, '127.0.0.1', done))
    const address = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`
    const env = { OPENAI_API_KEY: CANARY, OPENAI_BASE_URL: 'https://relay.test/v1', NODE_USE_ENV_PROXY: '1' }
    const { code, stdout } = await spillway(['doctor'], { env: { ...env, HTTPS_PROXY: address } })
    expect(stdout).toMatch(/^problem +openai +it cannot be reached through the proxy of HTTPS_PROXY/m)
    expect(code).toBe(1)
    proxy.close()
  })

  it('2 for an endpoint that cannot be read', async () => {
    const { code, stderr } = await spillway(['doctor', '--endpoint', 'relay.example/v1'])
    expect([code, stderr]).toEqual([2, expect.stringContaining('--endpoint')])
  })
})
