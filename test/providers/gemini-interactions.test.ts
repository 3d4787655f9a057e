// The Interactions API and its neighbours: one retry loop, errors inside streams of status 200, one call for all hops.
import { pipelineOf } from '@spillway/gemini'
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
const failure = (code: string) => event({ event_type: 'error', error: { code, message: '' } })

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

  test('a failed interaction is given as it came when nothing better comes', async () => {
    const failed = interaction({ status: 'failed', steps: [], errors: [{ code: 'x/api_error', message: 'no' }] })
    const { url, seen } = await answers(json(200, failed))
    const { ai, events } = connect(url, { retry: { ...QUICK, maxAttempts: 2 } })
    expect(await ai.interactions.create(CREATE)).toMatchObject({ status: 'failed', errors: [{ message: 'no' }] })
    expect(seen).toHaveLength(2)
    expect(ofType(events, 'call.completed')).toMatchObject([{ verdict: { kind: 'transient', code: 'api_error' } }])
  })

  // hard case: failure-with-status-200
  // hard case: error-event
  test.for([
    ['an error', CREATED + failure('service_unavailable'), 'overloaded'],
    ['a failure', CREATED + ended({ status: 'failed' }), 'transient'],
    ['an end without output', CREATED + ended(), 'empty'],
    ['an end before its mark', CREATED, 'transient'],
  ] as const)('%s before content is not seen by the reader', async ([, first, verdict]) => {
    const { url, seen } = await streams(first, CREATED + DELTA + ended())
    const { ai, events } = connect(url)
    const types = (await collect(await ai.interactions.create({ ...CREATE, stream: true }))).map(
      ({ event_type: type }) => type,
    )
    expect(types).toEqual(['interaction.created', 'step.delta', 'interaction.completed'])
    expect(seen).toHaveLength(2)
    expect(ofType(events, 'retry.scheduled')).toMatchObject([{ verdict }])
  })

  test('a spent budget in a stream is not tried again, and the reader sees it', async () => {
    const { url, seen } = await streams(CREATED + ended({ status: 'budget_exceeded' }))
    const { ai, events } = connect(url)
    const given = await collect(await ai.interactions.create({ ...CREATE, stream: true }))
    expect(given.at(-1)).toMatchObject({ interaction: { status: 'budget_exceeded' } })
    expect(seen).toHaveLength(1)
    expect(ofType(events, 'call.completed')).toMatchObject([
      { verdict: { kind: 'request_failed', code: 'budget_exceeded' } },
    ])
  })

  // hard case: error-event
  test.for([
    ['an error', failure('service_unavailable'), 'overloaded'],
    ['a failure', ended({ status: 'failed' }), 'transient'],
  ] as const)('%s after content reaches the reader, and nothing is sent again', async ([, end, kind]) => {
    const { promise: delivered, resolve: deliver } = Promise.withResolvers<void>()
    const { url, seen } = await serve((response) => {
      startStream(response, CREATED + DELTA)
      void delivered.then(() => response.end(end))
    })
    const { ai, events } = connect(url)
    const given: unknown[] = []
    for await (const each of await ai.interactions.create({ ...CREATE, stream: true })) {
      given.push(each)
      if (each.event_type === 'step.delta') deliver()
    }
    expect(given).toHaveLength(3)
    expect(seen).toHaveLength(1)
    expect(ofType(events, 'call.completed')).toMatchObject([{ attempts: 1, verdict: { kind } }])
  })
})

describe('a reader of a stream', () => {
  const silent = () =>
    serve((response) => {
      startStream(response, CREATED)
      response.write(DELTA)
    })

  // hard case: reader-leaves
  test.for(['break', 'throw', 'cancel while an event is awaited'])('closes the socket by %s', async (how) => {
    const { url, left } = await silent()
    const { ai, events } = connect(url)
    const stream = await ai.interactions.create({ ...CREATE, stream: true })
    if (how.startsWith('cancel')) {
      const reader = (stream as unknown as ReadableStream).getReader()
      await reader.read()
      await reader.read()
      const pending = reader.read()
      await reader.cancel()
      expect((await pending).done).toBe(true)
    } else {
      const reading = (async () => {
        for await (const { event_type: type } of stream) {
          if (type !== 'step.delta') continue
          if (how === 'break') break
          throw new Error('no more')
        }
      })()
      await reading.catch(() => {})
    }
    await left
    expect(ofType(events, 'call.completed')).toMatchObject([{ verdict: { kind: 'canceled' } }])
    expect(pipelineOf(ai).state().inFlight).toBe(0)
  })

  // hard case: caller-aborts
  test('ends it with a signal', async () => {
    const { url, left } = await silent()
    const { ai, events } = connect(url)
    const controller = new AbortController()
    const reading = (async () => {
      const stream = await ai.interactions.create({ ...CREATE, stream: true }, { signal: controller.signal })
      for await (const { event_type: type } of stream) if (type === 'step.delta') controller.abort(new Error('bye'))
    })()
    await rejection(reading)
    await left
    expect(ofType(events, 'call.completed')).toMatchObject([{ verdict: { kind: 'canceled' } }])
  })

  // hard case: stall-after-content
  test('is told when it falls silent', async () => {
    const { url, left } = await silent()
    const { ai, events } = connect(url, { timeout: { idleMs: 300 } })
    const error = await rejection((async () => collect(await ai.interactions.create({ ...CREATE, stream: true })))())
    expect(error).toMatchObject({ name: 'APIConnectionError', cause: { name: 'TimeoutExceededError', phase: 'idle' } })
    await left
    expect(ofType(events, 'call.completed')).toMatchObject([{ verdict: { kind: 'transient' } }])
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
