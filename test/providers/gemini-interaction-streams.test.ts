// Streams of interactions: errors inside status 200, readers who leave.
import { pipelineOf } from '@spillway/gemini'
import { describe, expect, test } from 'vitest'
import { collect, connect, ofType, rejection, serve, startStream } from './gemini-world.ts'

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

describe('status 200 and no result', () => {
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
