import { constantBackoff, pipeline, rateLimit, retry, type Gate, type Usage } from '@spillway/core'
import { VirtualClock } from '@spillway/core/testing'
import { expect, test } from 'vitest'
import { resilientFetch, type Fetch, type Protocol } from './index.ts'

const protocol: Protocol = {
  provider: 'test',
  readAnswer(answer) {
    const { usage, empty } = answer as { usage?: Usage; empty?: true }
    return { usage, ...(empty === true ? { verdict: { kind: 'empty' } } : {}) }
  },
  readEvent({ data }) {
    const { usage, ...rest } = JSON.parse(data) as { usage?: Usage; content?: boolean; terminal?: boolean }
    return { ...rest, usage }
  },
}

/** Hears what an attempt has used before it ends. */
const listener = (heard: Usage[]): Gate => ({
  name: 'listener',
  enter: () => undefined,
  leave: () => {},
  providerSaid(_context, { usage }) {
    if (usage !== undefined) heard.push(usage)
  },
})

const json = (body: object): Response =>
  new Response(JSON.stringify(body), { headers: { 'content-type': 'application/json' } })
const events = (...said: readonly object[]): Response =>
  new Response(said.map((each) => `data: ${JSON.stringify(each)}\n\n`).join(''), {
    headers: { 'content-type': 'text/event-stream' },
  })
const answering =
  (...answers: readonly (() => Response)[]): Fetch =>
  async () =>
    (answers.length > 1 ? (answers as (() => Response)[]).shift() : answers[0])!()

test('what each attempt used is told, also where its answer is of no use', async () => {
  const heard: Usage[] = []
  const calls = pipeline([retry({ backoff: constantBackoff(0) }), listener(heard)])
  const send = answering(
    () => json({ usage: { tokens: 3 }, empty: true }),
    () => json({ usage: { tokens: 5 } }),
  )
  await resilientFetch(calls, { fetch: send, protocol })('https://api.example/')
  expect(heard).toEqual([{ tokens: 3 }, { tokens: 5 }])
})

test('a stream tells it as it comes, each unit as it was said last', async () => {
  const heard: Usage[] = []
  const send = answering(() =>
    events(
      { content: true, usage: { tokens: 1 } },
      { content: true, usage: { tokens: 2, images: 1 } },
      { terminal: true, usage: { tokens: 4 } },
    ),
  )
  const response = await resilientFetch(pipeline([listener(heard)]), { fetch: send, protocol })('https://api.example/')
  await response.text()
  expect(heard.at(-1)).toEqual({ tokens: 4, images: 1 })
})

test('a limit of tokens is settled with it', async () => {
  const clock = new VirtualClock()
  const calls = pipeline([rateLimit({ quotas: [{ unit: 'tokens', permits: 10 }], cost: () => ({ tokens: 4 }) })], {
    clock,
  })
  const sentAt: number[] = []
  const send: Fetch = async () => {
    sentAt.push(clock.now())
    return json({ usage: { tokens: 9 } })
  }
  const fetchThrough = resilientFetch(calls, { fetch: send, protocol })
  await fetchThrough('https://api.example/')
  const second = fetchThrough('https://api.example/')
  await clock.run()
  await second
  expect(sentAt).toEqual([0, 60_000])
})
