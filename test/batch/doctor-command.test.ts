import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createSimulator } from '@spillway/simulator'
import { describe, expect, it, onTestFinished } from 'vitest'
import { json, ownServer } from './own-server.ts'
import { emptyFolder, spillway } from './spillway.ts'

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

  it('2 for an endpoint that cannot be read', async () => {
    const { code, stderr } = await spillway(['doctor', '--endpoint', 'relay.example/v1'])
    expect([code, stderr]).toEqual([2, expect.stringContaining('--endpoint')])
  })
})
