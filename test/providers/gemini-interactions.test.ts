// The Interactions API and its neighbours: one retry loop, failures with status 200, one call for all hops.
import { imagesOf } from '@spillway/gemini'
import { describe, expect, test, vi } from 'vitest'
import { answers, collect, connect, json, ofType, QUICK, rejection, serve, startStream } from './gemini-world.ts'

const OVERLOADED = json(503, { error: { code: 503, message: 'overloaded', status: 'UNAVAILABLE' } })
const OUTPUT = [{ type: 'model_output', content: [{ type: 'text', text: 'Hi' }] }]
const interaction = (more: object = {}) => ({ id: 'i', status: 'completed', steps: OUTPUT, model: 'm', ...more })
const INTERACTION = json(200, interaction())
const CREATE = { model: 'gemini-3.8-flash', input: 'Hi' } as const

const event = (data: object) => `event: x\ndata: ${JSON.stringify(data)}\n\n`
const CREATED = event({ event_type: 'interaction.created', interaction: { id: 'i', status: 'in_progress' } })
const DELTA = event({ event_type: 'step.delta', index: 0, delta: { type: 'text', text: 'Hello' } })
const ended = (more: object = {}) =>
  event({ event_type: 'interaction.completed', interaction: { id: 'i', status: 'completed', ...more } })

/** Streams in turn, the last one for ever. */
const streams = (...list: readonly string[]) =>
  serve((response, hit) => {
    startStream(response)
    response.end(list[Math.min(hit, list.length) - 1])
  })

test('go through the pipeline with a key and a model of the endpoint', async () => {
  const { url, seen } = await answers(OVERLOADED, INTERACTION)
  const { ai, events } = connect(url, {
    endpoints: [{ name: 'second', apiKey: 'second-key', models: { 'gemini-3.8-flash': 'flash' } }],
  })
  const given = await ai.interactions.create(CREATE)
  expect(given).toMatchObject({ id: 'i', output_text: 'Hi' })
  expect(seen).toHaveLength(2)
  expect(seen[1]?.headers['x-goog-api-key']).toBe('second-key')
  expect(JSON.parse(seen[1]?.body ?? '')).toMatchObject({ model: 'flash', input: 'Hi' })
  expect(ofType(events, 'call.completed')).toMatchObject([{ attempts: 2, verdict: { kind: 'success' } }])
})

describe('one retry loop', () => {
  // hard case: one-retry-loop
  test.for([undefined, { maxRetries: 3 }, { retries: { strategy: 'attempt-count-backoff', maxRetries: 3 } }])(
    'is above create with %j, whole and in a stream',
    async (options) => {
      const { url, seen } = await answers(OVERLOADED)
      const { ai } = connect(url, { retry: { ...QUICK, maxAttempts: 2 } })
      expect(await rejection(ai.interactions.create(CREATE, options as object))).toMatchObject({ status: 503 })
      expect(seen).toHaveLength(2)
      await rejection(ai.interactions.create({ ...CREATE, stream: true }, options as object))
      expect(seen).toHaveLength(4)
    },
  )

  // hard case: one-retry-loop
  test('is ours for what reads, cancels and deletes, and there is none for what makes or streams', async () => {
    vi.spyOn(console, 'warn').mockImplementation(() => {})
    const { url, seen } = await answers(OVERLOADED)
    const { ai, events } = connect(url, { retry: { ...QUICK, maxAttempts: 3 } })
    const sent = async (request: () => Promise<unknown>): Promise<number> => {
      const before = seen.length
      const error = await rejection(request())
      expect(error).toMatchObject({ status: 503 })
      return seen.length - before
    }
    expect(await sent(() => ai.interactions.get('i'))).toBe(3)
    expect(await sent(() => ai.interactions.cancel('i'))).toBe(3)
    expect(await sent(() => ai.interactions.delete('i'))).toBe(3)
    expect(await sent(() => ai.interactions.get('i', { api_version: 'v1beta' }))).toBe(3)
    expect(await sent(() => ai.agents.list())).toBe(3)
    expect(await sent(() => ai.webhooks.get('w'))).toBe(3)
    expect(await sent(() => ai.triggers.delete('t'))).toBe(3)
    expect(await sent(() => ai.environments.list())).toBe(3)
    expect(await sent(() => ai.environments.files.list({ environment: 'e', path: '/' }))).toBe(3)
    expect(await sent(() => ai.voices.list())).toBe(3)
    expect(await sent(() => ai.credentials.list())).toBe(3)
    expect(await sent(() => ai.interactions.get('i', { stream: true }))).toBe(1)
    expect(await sent(() => ai.agents.create({ id: 'a' }))).toBe(1)
    expect(await sent(() => ai.triggers.run('t'))).toBe(1)
    expect(await sent(() => ai.webhooks.ping('w'))).toBe(1)
    // They have a pipeline of their own: polls of milliseconds are no measure for answers of half a minute.
    expect(events).toEqual([])
    vi.restoreAllMocks()
  })

  test('reads again after an overload, and gives what it reads', async () => {
    const { url, seen } = await answers(OVERLOADED, OVERLOADED, INTERACTION)
    const { ai } = connect(url)
    expect(await ai.interactions.get('i')).toMatchObject({ id: 'i', status: 'completed' })
    expect(seen).toHaveLength(3)
  })
})

describe('status 200 and no result', () => {
  // hard case: failure-with-status-200
  test.for([
    ['failed', interaction({ status: 'failed', steps: [], errors: [{ code: 'x/service_unavailable' }] }), 2],
    ['no output', interaction({ steps: [] }), 2],
    ['budget_exceeded', interaction({ status: 'budget_exceeded', steps: [] }), 1],
    ['incomplete', interaction({ status: 'incomplete', steps: [] }), 1],
    ['incomplete after output', interaction({ status: 'incomplete' }), 1],
  ] as const)('%s', async ([, answer, requests]) => {
    const { url, seen } = await answers(json(200, answer), INTERACTION)
    const { ai } = connect(url)
    const given = await ai.interactions.create(CREATE)
    expect(seen).toHaveLength(requests)
    expect(given.status).toBe(requests === 2 ? 'completed' : answer.status)
  })

  // hard case: answer-without-image
  // hard case: unknown-image
  test('words in the place of a picture are asked for again, and a picture that may have been made is not', async () => {
    const image = { type: 'image', data: 'AAAA', mime_type: 'image/png' }
    const painted = json(200, interaction({ steps: [{ type: 'model_output', content: [image] }] }))
    const paint = { model: 'gemini-3-pro-image', input: 'A red kite' }
    const { url, seen } = await answers(INTERACTION, painted)
    const answer = await connect(url).ai.interactions.create(paint)
    expect(answer.output_image).toMatchObject(image)
    expect(imagesOf(answer)).toEqual([{ bytes: new Uint8Array(3), mimeType: 'image/png' }])
    expect(seen).toHaveLength(2)

    const broken = await serve((response) => response.destroy())
    await rejection(connect(broken.url).ai.interactions.create(paint))
    expect(broken.seen).toHaveLength(1)
  })

  test('a failed interaction is given as it came when nothing better comes', async () => {
    const failed = interaction({ status: 'failed', steps: [], errors: [{ code: 'x/api_error', message: 'no' }] })
    const { url, seen } = await answers(json(200, failed))
    const { ai, events } = connect(url, { retry: { ...QUICK, maxAttempts: 2 } })
    expect(await ai.interactions.create(CREATE)).toMatchObject({ status: 'failed', errors: [{ message: 'no' }] })
    expect(seen).toHaveLength(2)
    expect(ofType(events, 'call.completed')).toMatchObject([{ verdict: { kind: 'transient', code: 'api_error' } }])
  })
})

describe('an interaction that is continued', () => {
  const USAGE = { usage: { total_input_tokens: 10, total_output_tokens: 2, total_tokens: 12 } }
  const hop = (id: string, token?: string) =>
    interaction({
      id,
      ...(token === undefined ? {} : { status: 'requires_continuation', continuation_token: token }),
      ...USAGE,
    })

  // hard case: continued-answer
  test('is one call with the usage of all', async () => {
    const { url, seen } = await answers(
      json(200, hop('1', 'a')),
      OVERLOADED,
      json(200, hop('2', 'b')),
      json(200, hop('3')),
    )
    const { ai, events } = connect(url)
    const given = await ai.interactions.create(CREATE)
    expect(given).toMatchObject({ id: '3', continuation_ids: ['1', '2', '3'], usage: { total_tokens: 36 } })
    expect(seen).toHaveLength(4)
    expect(ofType(events, 'call.completed')).toMatchObject([{ callId: 1, attempts: 4 }])
  })

  test('is one call in a stream', async () => {
    const middle = ended({ id: '1', status: 'requires_continuation', continuation_token: 'a' })
    const { url, seen } = await streams(CREATED + DELTA + middle, CREATED + DELTA + ended())
    const { ai, events } = connect(url)
    expect(await collect(await ai.interactions.create({ ...CREATE, stream: true }))).toHaveLength(6)
    expect(seen).toHaveLength(2)
    expect(ofType(events, 'call.completed')).toMatchObject([{ attempts: 2 }])
  })

  test('is continued, read and cancelled at the endpoint that has it', async () => {
    const own = await answers(OVERLOADED)
    const relay = await answers(json(200, hop('r')), INTERACTION)
    const { ai } = connect(own.url, {
      endpoints: [{ name: 'official' }, { name: 'relay', baseUrl: relay.url, apiKey: 'relay-key' }],
    })
    const { id } = await ai.interactions.create(CREATE)
    expect(own.seen).toHaveLength(1)
    await ai.interactions.get(id)
    await ai.interactions.create({ ...CREATE, previous_interaction_id: id })
    expect(own.seen).toHaveLength(1)
    expect(relay.seen.map(({ url }) => url)).toEqual([
      '/v1/interactions',
      '/v1/interactions/r?stream=false',
      '/v1/interactions',
    ])
    expect(relay.seen.map(({ headers }) => headers['x-goog-api-key'])).toEqual(['relay-key', 'relay-key', 'relay-key'])
  })
})
