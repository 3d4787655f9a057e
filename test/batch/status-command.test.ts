import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createSimulator } from '@spillway/simulator'
import { describe, expect, it, onTestFinished } from 'vitest'
import { json, type OwnServer, ownServer } from './own-server.ts'
import { emptyFolder, spillway } from './spillway.ts'

const CANARY = 'sk-canary-51c8a0e2-canary'

/** A status page whose component is as told. */
const page = (status: string): Promise<OwnServer> =>
  ownServer((response) =>
    json(response, {
      page: { name: 'Relay' },
      status: { indicator: 'none', description: 'All Systems Operational' },
      components: [{ id: 'c1', name: 'Images', status }],
      incidents: [],
    }),
  )

/** A relay that refuses, or answers. */
const relay = async (refuses: boolean): Promise<{ url: string; requests: () => number }> => {
  const simulator = createSimulator(refuses ? { replies: [{ fault: 'overloaded', times: 1000 }] } : {}, {
    timeScale: 1000,
  })
  const { url } = await simulator.listen()
  onTestFinished(() => simulator.close())
  return { url: `${url}/v1`, requests: () => simulator.counters().total.requests }
}

describe('spillway status', () => {
  it('shows what pages say, as a table that fits into pipes', async () => {
    const [good, bad] = [await page('operational'), await page('partial_outage')]
    const args = ['status', '--feed', `${good.url},component=Images`, '--feed', `${bad.url},component=c1`]
    const { code, stdout, stderr } = await spillway(args)
    expect(stdout.split('\n').map((line) => line.trimEnd())).toEqual([
      'status page  says         since  about',
      '127.0.0.1    operational',
      '127.0.0.1    degraded            Images: partial outage',
      '',
    ])
    expect([code, stderr]).toEqual([1, ''])
  })

  it('shows each endpoint beside its page, and one without a page as what it is: not known', async () => {
    const [good, bad] = [await page('operational'), await page('major_outage')]
    const endpoints = ['https://first.example/v1,key=NOT_SET,name=first', 'https://second.example/v1,key=NOT_SET']
    const feeds = [`${bad.url},component=c1,endpoint=first`, `${good.url},component=c1`]
    const args = [
      'status',
      ...endpoints.flatMap((each) => ['--endpoint', each]),
      ...feeds.flatMap((each) => ['--feed', each]),
    ]
    const env = { OPENAI_API_KEY: CANARY, OPENAI_BASE_URL: 'https://relay.example/v1' }
    const { code, stdout, stderr } = await spillway(args, { env })
    expect(stdout.split('\n').map((line) => line.trimEnd())).toEqual([
      'endpoint        status page  says           since  about',
      'openai                       no feed known         for relay.example',
      'first           127.0.0.1    down                  Images: major outage',
      'second.example               no feed known         for second.example',
      '                127.0.0.1    operational',
      '',
    ])
    expect([code, stderr]).toEqual([1, ''])
    const said = JSON.parse((await spillway([...args, '--json'], { env })).stdout) as object
    expect(said).toMatchObject({
      endpoints: [{ endpoint: 'openai', host: 'relay.example' }, { endpoint: 'first' }, { endpoint: 'second.example' }],
      feeds: [{ endpoints: [{ endpoint: 'first', host: 'first.example' }] }, { endpoints: [] }],
    })
    expect(JSON.stringify(said)).not.toContain(CANARY)
  })

  it('0 where nobody speaks of trouble, and where one page cannot be asked', async () => {
    const good = await page('operational')
    const silent = await ownServer((response) => response.writeHead(405).end('<p>No programs'))
    const args = ['status', '--feed', good.url, '--feed', silent.url]
    const { code, stdout } = await spillway(args)
    expect([code, stdout]).toEqual([0, expect.stringMatching(/unknown\s+it answered HTTP 405\n/)])
  })

  it('1 where nobody can be asked', async () => {
    const broken = await ownServer((response) => response.end('<html>'))
    const { code, stdout } = await spillway(['status', '--feed', broken.url, '--json'])
    expect(code).toBe(1)
    expect(JSON.parse(stdout)).toMatchObject({
      feeds: [{ level: 'unknown', reason: 'it answered with a page instead of what it is known for' }],
      observed: [],
      disagreements: [],
    })
  })

  it('probes when it is asked to, says what that costs, and where the answer disagrees with the page', async () => {
    const [good, refusing] = [await page('operational'), await relay(true)]
    const args = ['status', '--feed', `${good.url},endpoint=openai`, '--probe', '--probe-model', 'writer']
    const env = { OPENAI_API_KEY: CANARY, OPENAI_BASE_URL: refusing.url }
    const { code, stdout, stderr } = await spillway(args, { env })
    expect(stderr).toBe('openai: asks writer for a word, which costs some 10 tokens in and at most 16 out\n')
    expect(stdout).toMatch(/openai {4}overloaded +1 .*probe of writer, HTTP 503\n/)
    expect(stdout).toContain(
      'They disagree:\n  127.0.0.1 says operational; one request at openai was refused as overloaded',
    )
    expect([code, refusing.requests()]).toEqual([1, 1])
    expect(stdout + stderr).not.toContain(CANARY)
    expect(good.asked.map(({ headers }) => headers.authorization)).toEqual([undefined])
  })

  it('shows what a run has seen, and where that disagrees with the page', async () => {
    const [good, refusing] = [await page('operational'), await relay(true)]
    const cwd = emptyFolder()
    writeFileSync(join(cwd, 'prompts.txt'), 'a heron\n')
    writeFileSync(
      join(cwd, 'policy.json'),
      JSON.stringify({ retry: { maxAttempts: 12, backoff: 1 }, adaptiveConcurrency: false, circuitBreaker: false }),
    )
    const env = { OPENAI_API_KEY: CANARY, OPENAI_BASE_URL: refusing.url }
    const run = ['run', 'prompts.txt', '--out', 'images', '--policy', 'policy.json']
    expect((await spillway(run, { cwd, env })).code).toBe(1)
    const args = ['status', '--feed', `${good.url},endpoint=openai`, '--run', 'images', '--json']
    const { code, stdout } = await spillway(args, { cwd })
    expect(JSON.parse(stdout)).toMatchObject({
      endpoints: [{ endpoint: 'openai', host: '127.0.0.1' }],
      observed: [
        { endpoint: 'openai', host: '127.0.0.1', source: 'run', level: 'down', attempts: 12, overloadedRatio: 1 },
      ],
      disagreements: [{ worse: 'calls', sentence: expect.stringContaining('100 % of 12 attempts at openai') }],
    })
    expect([code, stdout]).toEqual([1, expect.not.stringContaining(CANARY)])
  })

  it('says that a run has seen nothing of a real model, where it asked a simulated one', async () => {
    const [good, cwd] = [await page('operational'), emptyFolder()]
    writeFileSync(join(cwd, 'prompts.txt'), 'a heron\n')
    expect((await spillway(['run', 'prompts.txt', '--out', 'images', '--simulate'], { cwd })).code).toBe(0)
    const { code, stderr } = await spillway(['status', '--feed', good.url, '--run', 'images'], { cwd })
    expect([code, stderr]).toEqual([
      0,
      'The run in images asked a simulated model: it has seen nothing of a real one.\n',
    ])
  })

  it.each([
    ['a feed that is none', ['--feed', 'gemini'], /^--feed takes one of google-cloud, openai, anthropic/],
    ['an endpoint without an address', ['--endpoint', 'relay.example/v1'], /^--endpoint begins with an http/],
    ['a folder without a run', ['--run', 'nowhere'], /^There is no run in nowhere/],
    ['a probe without a key', ['--probe'], /^There is no API key/],
  ])('2 for %s, before anything is asked', async (_, args, message) => {
    const { code, stdout, stderr } = await spillway(['status', ...args])
    expect([code, stdout, stderr]).toEqual([2, '', expect.stringMatching(message)])
  })

  it('has colours where they are wanted, and strips what a page would say to the terminal', async () => {
    const nasty = await ownServer((response) =>
      json(response, { status: { indicator: 'minor', description: 'Slow\x1b]0;owned\x07\x1b[31m\nsecond' } }),
    )
    const { stdout } = await spillway(['status', '--feed', nasty.url], { env: { FORCE_COLOR: '1' } })
    expect(stdout).toContain('\x1b[33mdegraded\x1b[39m')
    expect([stdout.includes('\x07'), stdout.includes('\x1b[31m')]).toEqual([false, false])
    expect(stdout.split('\n')).toHaveLength(3)
    const plain = await spillway(['status', '--feed', nasty.url, '--no-color'], { env: { FORCE_COLOR: '1' } })
    expect(plain.stdout).not.toContain('\x1b')
  })
})
