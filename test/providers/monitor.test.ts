import { inspect } from 'node:util'
import { GoogleGenAI } from '@google/genai'
import { constantBackoff } from '@spillway/core'
import { resilient as resilientGemini } from '@spillway/gemini'
import { monitor, statusFeed, type MonitorEvent } from '@spillway/monitor'
import { pipelineOf, resilient } from '@spillway/openai'
import { createSimulator, type Scenario } from '@spillway/simulator'
import OpenAI from 'openai'
import { from, take, toArray } from 'rxjs'
import { expect, onTestFinished, test } from 'vitest'

const PROMPT = 'CANARY-PROMPT'
const KEY = 'CANARY-KEY'
const messages = [{ role: 'user' as const, content: PROMPT }]

const simulated = async (scenario: Scenario): Promise<string> => {
  const simulator = createSimulator(scenario, { timeScale: 100 })
  const { url } = await simulator.listen()
  onTestFinished(() => simulator.close())
  return url
}

test('models asked for through the official clients are told apart, with times to the first word of streams', async () => {
  const url = await simulated({})
  const watch = monitor()
  onTestFinished(() => watch.dispose())
  const openai = resilient(new OpenAI({ baseURL: `${url}/v1`, apiKey: KEY }), { endpoints: [{ name: 'relay' }] })
  const gemini = resilientGemini(new GoogleGenAI({ apiKey: KEY, httpOptions: { baseUrl: url } }), {
    endpoints: [{ name: 'official' }],
  })
  await openai.chat.completions.create({ model: 'writer', messages })
  for (let i = 0; i < 3; i++)
    for await (const _ of await openai.chat.completions.create({ model: 'talker', messages, stream: true }));
  await gemini.models.generateContent({ model: 'painter', contents: PROMPT })
  const seen = watch.health().endpoints.map((each) => ({ ...each, contentMs: each.contentMs !== undefined }))
  expect(seen).toMatchObject([
    { endpoint: 'relay', model: 'writer', attempts: 1, successRatio: 1, contentMs: false },
    { endpoint: 'relay', model: 'talker', attempts: 3, successRatio: 1, contentMs: true },
    { endpoint: 'official', model: 'painter', attempts: 1, successRatio: 1, contentMs: false },
  ])
  const talker = watch.health().endpoints[1]
  expect(talker?.contentMs?.p50).toBeLessThan(talker?.durationMs?.p50 as number)
})

test('no prompt, reply or key is in anything that a monitor says, whatever goes wrong; RxJS takes its events', async () => {
  const url = await simulated({
    replies: [
      { fault: 'overloaded', times: 9 },
      { fault: 'invalidKey', times: 9 },
      { fault: 'none', text: 'CANARY-REPLY', times: 3 },
    ],
  })
  const client = resilient(new OpenAI({ baseURL: `${url}/v1`, apiKey: KEY }), {
    retry: { backoff: constantBackoff(1), maxAttempts: 3 },
    circuitBreaker: false,
    adaptiveConcurrency: false,
  })
  const notices: unknown[] = []
  const feed = statusFeed('page', () => Promise.reject(new Error(`${PROMPT} ${KEY}`)))
  const watch = monitor({
    pipelines: [pipelineOf(client)],
    feeds: [feed],
    everyMs: 100,
    alerts: {
      rules: [
        {
          name: 'broken',
          find: () => {
            throw new Error(KEY)
          },
        },
        {
          name: 'down',
          find: ({ endpoints }) => endpoints.map(({ endpoint }) => ({ subject: endpoint, text: 'seen' })),
        },
      ],
      sinks: [
        (notice) => {
          notices.push(notice)
          throw new Error(KEY)
        },
      ],
    },
  })
  onTestFinished(() => watch.dispose())
  const events: MonitorEvent[] = []
  watch.events.subscribe((event) => {
    events.push(event)
    throw new Error(`${PROMPT} ${KEY}`)
  })
  const first = from(watch.events).pipe(take(2), toArray())
  const taken = new Promise<MonitorEvent[]>((resolve) => first.subscribe(resolve))
  for (let i = 0; i < 9; i++) await client.chat.completions.create({ model: 'writer', messages }).catch(() => {})
  await expect.poll(() => events.some(({ type }) => type === 'notice.lost')).toBe(true)
  const said = inspect([events, watch.health(), notices, watch.hoursOf({ endpoint: 'default', model: 'writer' })], {
    depth: 12,
    showHidden: true,
  })
  expect(said).toContain("type: 'diagnostic.reported'")
  expect(said).toContain("model: 'writer'")
  expect(said).not.toContain('CANARY')
  expect(await taken).toEqual(events.slice(0, 2))
})
