import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect } from 'node:util'
import type { VerdictKind } from '@spillway/core'
import { VirtualClock } from '@spillway/core/testing'
import { type StatusLevel, statusFeed } from '@spillway/monitor'
import { createSimulator, type Scenario } from '@spillway/simulator'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { Make } from '../make/make.ts'
import type { Probed } from '../probe/probe.ts'
import { runBatch } from '../run/run-batch.ts'
import { type ShownFeed, readShownFeed } from './shown-feed.ts'
import { isTrouble } from './is-trouble.ts'
import { readStatus } from './read-status.ts'

const KEY = 'canary-key-4711-canary'

const page = (name: string, level: StatusLevel, title?: string, endpoint = 'gemini'): ShownFeed => ({
  feed: statusFeed(name, async () => ({ components: [{ component: 'API', level, ...(title && { title }) }] })),
  endpoints: [endpoint],
})

/** A run of items that end as told, one after the other. */
const runOf = async (
  verdicts: readonly VerdictKind[],
  clock: VirtualClock,
  { note = {}, eachMs = 1000 } = {},
): Promise<string> => {
  const folder = mkdtempSync(join(tmpdir(), 'spillway-status-test-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const make: Make = async ({ line }, { attempts }) => {
    await attempts.sending({ endpoint: 'gemini', model: 'painter' })
    await clock.advance(eachMs)
    attempts.ended({ endpoint: 'gemini', verdict: verdicts[line - 1] as VerdictKind, billed: 'no', tookMs: eachMs })
    throw new Error('That is all')
  }
  const items = verdicts.map((_, i) => ({
    id: String(i + 1),
    line: i + 1,
    fingerprint: String(i),
    prompt: 'a heron',
    settings: {},
  }))
  await runBatch({ items, make, folder, clock, maxConcurrency: 1, note })
  return folder
}

const times = (count: number, verdict: VerdictKind): VerdictKind[] => Array.from({ length: count }, () => verdict)

describe('a run', () => {
  test('that was refused while the page is green disagrees with it', async () => {
    const clock = new VirtualClock()
    const run = await runOf([...times(6, 'success'), ...times(14, 'overloaded')], clock)
    await clock.advance(60_000)
    const overview = await readStatus({ run, clock, feeds: [page('google-cloud', 'operational')] })
    expect(overview.observed).toMatchObject([
      { endpoint: 'gemini', source: 'run', level: 'overloaded', attempts: 20, overloadedRatio: 0.7 },
    ])
    expect(overview.disagreements).toEqual([
      {
        feed: 'google-cloud',
        endpoint: 'gemini',
        source: 'run',
        worse: 'calls',
        sentence: 'google-cloud says operational; 70 % of 20 attempts at gemini within 19 s were refused',
      },
    ])
    expect(isTrouble(overview)).toBe(true)
  })

  test('that was answered while the page says down disagrees with it', async () => {
    const clock = new VirtualClock()
    const run = await runOf(times(20, 'success'), clock)
    const overview = await readStatus({ run, clock, feeds: [page('google-cloud', 'down', 'All is lost')] })
    expect(overview.disagreements).toMatchObject([
      {
        worse: 'page',
        sentence: 'google-cloud says down (All is lost); 100 % of 20 attempts at gemini within 19 s were answered',
      },
    ])
  })

  test('is not held against the page of another endpoint, nor against one that says the same', async () => {
    const clock = new VirtualClock()
    const run = await runOf(times(20, 'overloaded'), clock)
    const feeds = [page('openai', 'operational', undefined, 'openai'), page('google-cloud', 'degraded')]
    expect((await readStatus({ run, clock, feeds })).disagreements).toEqual([])
  })

  test('of long ago says nothing against a page of now, and is no trouble of now', async () => {
    const clock = new VirtualClock()
    const run = await runOf(times(20, 'overloaded'), clock)
    await clock.advance(1_800_001)
    const overview = await readStatus({ run, clock, feeds: [page('google-cloud', 'operational')] })
    expect([overview.observed[0]?.level, overview.disagreements, isTrouble(overview)]).toEqual(['down', [], false])
  })

  test('counts for what its last quarter of an hour has seen', async () => {
    const clock = new VirtualClock()
    const run = await runOf([...times(10, 'overloaded'), ...times(10, 'success')], clock, { eachMs: 90_000 })
    const { observed } = await readStatus({ run, clock, feeds: [] })
    expect(observed).toMatchObject([{ level: 'healthy', attempts: 10, until: clock.wallTime() }])
  })

  test('of a relay is not held against the page of the provider whose name it has', async () => {
    const clock = new VirtualClock()
    const openai = { ...page('openai', 'operational'), endpoints: ['gemini'], hosts: ['api.example.com'] }
    const ran = async (host?: string): Promise<readonly unknown[]> => {
      const run = await runOf(times(20, 'overloaded'), clock, { note: { places: [{ name: 'gemini', host }, null] } })
      const { endpoints, disagreements } = await readStatus({ run, clock, feeds: [openai] })
      return [endpoints, disagreements.length]
    }
    expect(await ran('relay.example')).toEqual([[{ endpoint: 'gemini', host: 'relay.example' }], 0])
    expect(await ran('api.example.com')).toEqual([[{ endpoint: 'gemini', host: 'api.example.com' }], 1])
    expect(await ran()).toEqual([[{ endpoint: 'gemini' }], 1])
  })

  test('that was elsewhere than the endpoint of its name is now stands beside it', async () => {
    const clock = new VirtualClock()
    const note = { places: [{ name: 'gemini', host: 'relay.example' }] }
    const run = await runOf(times(20, 'success'), clock, { note })
    const shown = async (host: string) =>
      (await readStatus({ run, clock, feeds: [], endpoints: [{ endpoint: 'gemini', host }] })).endpoints
    expect(await shown('relay.example')).toHaveLength(1)
    expect(await shown('127.0.0.1')).toEqual([
      { endpoint: 'gemini', host: '127.0.0.1' },
      { endpoint: 'gemini', host: 'relay.example' },
    ])
  })

  test('that asked a simulated model has seen nothing', async () => {
    const clock = new VirtualClock()
    const run = await runOf(times(20, 'overloaded'), clock, { note: { simulated: true } })
    expect(await readStatus({ run, clock, feeds: [] })).toMatchObject({ observed: [], simulated: true })
  })

  test('that is none is refused in words', async () => {
    await expect(readStatus({ run: join(tmpdir(), 'no-such-run'), feeds: [] })).rejects.toMatchObject({
      code: 'ERR_SPILLWAY_BATCH_NO_RUN',
    })
  })
})

describe('a probe', () => {
  const simulated = async (scenario: Scenario = {}) => {
    const simulator = createSimulator(scenario, { timeScale: 1000 })
    const { url } = await simulator.listen()
    onTestFinished(() => simulator.close())
    return { simulator, url }
  }
  const overview = async (probe: Probed, feed: ShownFeed, probeModel?: string) => {
    const said = await readStatus({ probe: [probe], feeds: [feed], ...(probeModel && { probeModel }) })
    expect(inspect(said, { depth: 9 })).not.toContain(KEY)
    return said
  }

  test('is one request for a word, through either protocol', async () => {
    const { simulator, url } = await simulated()
    const gemini: Probed = { name: 'gemini', api: 'gemini', baseUrl: url, apiKey: KEY }
    const relay: Probed = { name: 'relay', api: 'images', baseUrl: `${url}/v1`, apiKey: KEY }
    const said = await readStatus({ probe: [gemini, relay], probeModel: 'writer', feeds: [] })
    expect(said.observed).toMatchObject([
      { endpoint: 'gemini', source: 'probe', attempts: 1, probe: { verdict: 'success', status: 200, model: 'writer' } },
      { endpoint: 'relay', probe: { verdict: 'success', status: 200, model: 'writer' } },
    ])
    expect(simulator.counters().total).toMatchObject({ requests: 2, images: 0 })
    expect(isTrouble(said)).toBe(false)
  })

  test('of a relay whose models nobody knows asks for their list', async () => {
    const { simulator, url } = await simulated()
    const relay: Probed = { name: 'relay', api: 'images', baseUrl: `${url}/v1`, apiKey: KEY }
    expect((await overview(relay, page('relay', 'unknown', undefined, 'relay'))).observed).toMatchObject([
      { probe: { verdict: 'success', status: 200 } },
    ])
    expect(simulator.counters().total.requests).toBe(0)
  })

  test('that is refused while the page is green says so, and that one says little', async () => {
    const { url } = await simulated({ replies: [{ fault: 'overloaded' }] })
    const gemini: Probed = { name: 'gemini', api: 'gemini', baseUrl: url, apiKey: KEY }
    const said = await overview(gemini, page('google-cloud', 'operational'), 'writer')
    expect(said.observed).toMatchObject([{ level: 'unknown', probe: { verdict: 'overloaded', status: 503 } }])
    expect(said.disagreements.map(({ sentence }) => sentence)).toEqual([
      'google-cloud says operational; one request at gemini was refused as overloaded. One says little: ask again, or look at a run',
    ])
    expect(isTrouble(said)).toBe(true)
  })

  test('that is answered while the page says down says so', async () => {
    const { url } = await simulated()
    const gemini: Probed = { name: 'gemini', api: 'gemini', baseUrl: url, apiKey: KEY }
    const said = await overview(gemini, page('google-cloud', 'down'), 'writer')
    expect(said.disagreements).toMatchObject([
      { worse: 'page', sentence: 'google-cloud says down; one request at gemini was answered' },
    ])
  })

  test('of nobody is a failure, without a throw', async () => {
    const { simulator, url } = await simulated()
    await simulator.close()
    const gemini: Probed = { name: 'gemini', api: 'gemini', baseUrl: url, apiKey: KEY }
    const said = await overview(gemini, page('google-cloud', 'operational'), 'writer')
    expect(said.observed).toMatchObject([{ probe: { verdict: 'transient' } }])
  })
})

describe('feeds', () => {
  test('that cannot be asked say why, beside those that can', async () => {
    const broken: ShownFeed = { feed: statusFeed('broken', () => Promise.reject(new TypeError('secret'))) }
    const overview = await readStatus({ feeds: [broken, page('google-cloud', 'operational')] })
    expect(overview.feeds).toMatchObject([
      { feed: 'broken', level: 'unknown', reason: 'its poll failed with a TypeError' },
      { feed: 'google-cloud', level: 'operational' },
    ])
    expect([isTrouble(overview), isTrouble(await readStatus({ feeds: [broken] }))]).toEqual([false, true])
  })

  test.for([
    ['operational', false],
    ['unknown', true],
    ['degraded', true],
    ['down', true],
  ] as const)('%s alone is trouble: %s', async ([level, expected]) => {
    expect(isTrouble(await readStatus({ feeds: [page('a', level)] }))).toBe(expected)
  })

  test('are known by name, or by the address of a page', async () => {
    expect(readShownFeed('google-cloud')).toMatchObject({ feed: { name: 'google-cloud' }, endpoints: ['gemini'] })
    expect(readShownFeed('openai,endpoint=first,endpoint=second')).toMatchObject({
      feed: { name: 'openai' },
      endpoints: ['first', 'second'],
    })
    const http = createServer((_, response) => {
      const components = [{ id: 'c', name: 'API', status: 'partial_outage' }]
      response.end(JSON.stringify({ status: { indicator: 'none', description: 'Fine' }, components }))
    })
    await new Promise<void>((done) => http.listen(0, '127.0.0.1', done))
    onTestFinished(() => void http.close())
    const url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`
    const { feeds } = await readStatus({ feeds: [readShownFeed(`${url},component=API,endpoint=relay`)] })
    expect(feeds).toMatchObject([{ feed: '127.0.0.1', level: 'degraded' }])
  })

  test('speak of an endpoint by its host, whatever it is called, and by its name where no host is known', async () => {
    const openai = { ...page('openai', 'operational'), endpoints: ['openai'], hosts: ['api.openai.com'] }
    const endpoints = [
      { endpoint: 'openai', host: 'relay.example' },
      { endpoint: 'painter', host: 'api.openai.com' },
    ]
    const { feeds } = await readStatus({ endpoints, feeds: [openai] })
    expect(feeds).toMatchObject([{ feed: 'openai', endpoints: [{ endpoint: 'painter' }] }])
    expect((await readStatus({ endpoints: [{ endpoint: 'openai' }], feeds: [openai] })).feeds).toMatchObject([
      { endpoints: [{ endpoint: 'openai' }] },
    ])
  })
})

describe('options', () => {
  test.for<[object, string]>([
    [{ feedz: [] }, 'readStatus.feedz'],
    [{ feeds: ['openai'] }, 'readStatus.feeds[0].feed'],
    [{ feeds: [], timeoutMs: -1 }, 'readStatus.timeoutMs'],
  ])('%j are refused before anything is asked', async ([options, option]) => {
    await expect(readStatus(options)).rejects.toMatchObject({ code: 'ERR_SPILLWAY_INVALID_OPTIONS', option })
  })

  test('a signal ends it with its reason', async () => {
    const reason = new Error('Enough')
    await expect(readStatus({ feeds: [], signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
  })
})
