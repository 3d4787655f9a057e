import { circuitBreaker, ConsecutiveBreaker, hedge, pipeline, timeout, type Gate, type Pipeline } from '@spillway/core'
import { refusalOf } from '@spillway/openai'
import { APIConnectionTimeoutError, APIUserAbortError, InternalServerError } from 'openai'
import { describe, expect, test } from 'vitest'
import { ask, chunk, connect, hits, rejection, serve, simulate, startStream, textOf } from './openai-world.ts'

const streaming = { ...ask(), stream: true } as const
const completion = { choices: [{ index: 0, message: { content: 'hi' }, finish_reason: 'stop' }] }
const busy = { error: { message: 'busy', type: 'service_unavailable_error', code: 'server_is_overloaded' } }

describe('limits of time', () => {
  // hard case: three-time-limits
  test.for([
    ['the client’s own', { totalMs: 5000, attemptMs: 5000 }, 250, undefined],
    ['that of an attempt', { totalMs: 5000, attemptMs: 250 }, 5000, 'attempt'],
    ['that of the call', { totalMs: 250, attemptMs: 5000 }, 5000, 'total'],
    ['that of the call, all of them near', { totalMs: 250, attemptMs: 280 }, 310, 'total'],
    ['that of an attempt, all of them near', { totalMs: 280, attemptMs: 250 }, 310, 'attempt'],
  ] as const)('%s is told from the others', async ([, limits, clientMs, phase]) => {
    const server = await serve(() => {})
    const { client } = connect(server.url, { timeout: limits, retry: { maxAttempts: 1 } }, { timeout: clientMs })
    const error = await rejection(client.chat.completions.create(ask()))
    if (phase === undefined) expect(error).toBeInstanceOf(APIConnectionTimeoutError)
    else expect(error).toMatchObject({ status: 504, code: 'ERR_SPILLWAY_TIMEOUT_EXCEEDED' })
    expect(refusalOf(error)).toEqual(phase === undefined ? undefined : expect.objectContaining({ phase }))
    await server.closed
    expect(server.requests).toHaveLength(1)
  })

  // hard case: three-time-limits
  test('that of the caller is the caller’s wish', async () => {
    const server = await serve(() => {})
    const { client } = connect(server.url, { timeout: { totalMs: 5000 } })
    const error = await rejection(client.chat.completions.create(ask(), { signal: AbortSignal.timeout(200) }))
    expect(error).toBeInstanceOf(APIUserAbortError)
    expect(refusalOf(error)).toBeUndefined()
  })
})

describe('two attempts at once', () => {
  /** Hears what was used. */
  const listener = (heard: object[]): Gate => ({
    name: 'listener',
    enter: () => undefined,
    leave: () => {},
    providerSaid: (_context, { usage }) => void (usage !== undefined && heard.push(usage)),
  })
  const racing = (heard: object[] = []): { pipeline: Pipeline<Response> } => ({
    pipeline: pipeline([
      timeout({ totalMs: 5000 }),
      hedge({ delayMs: 150, budgetRatio: 1 }),
      listener(heard),
      timeout({ idleMs: 4000 }),
    ]),
  })

  // hard case: hedged-calls
  test('the loser is ended at once, and what was used counts once', async () => {
    const server = await serve((_request, response) => {
      if (server.requests.length === 1) return
      response.writeHead(200, { 'content-type': 'application/json' })
      response.end(
        JSON.stringify({ ...completion, usage: { prompt_tokens: 3, completion_tokens: 4, total_tokens: 7 } }),
      )
    })
    const heard: object[] = []
    await connect(server.url, racing(heard)).client.chat.completions.create(ask())
    const answered = performance.now()
    await server.closed
    expect(performance.now() - answered).toBeLessThan(200)
    expect([server.requests.length, server.leavers()]).toEqual([2, 1])
    expect(heard).toEqual([{ inputTokens: 3, outputTokens: 4, tokens: 7 }])
  })

  // hard case: hedged-calls
  test('two failures give an error that says more than that both failed', async () => {
    const server = await serve((_request, response) => {
      const first = server.requests.length === 1
      setTimeout(
        () => {
          response.writeHead(503, { 'content-type': 'application/json' })
          response.end(JSON.stringify(busy))
        },
        first ? 300 : 10,
      )
    })
    const error = await rejection(connect(server.url, racing()).client.chat.completions.create(ask()))
    expect(error).toBeInstanceOf(InternalServerError)
    expect(error).toMatchObject({ status: 503, code: 'server_is_overloaded' })
    expect(server.requests).toHaveLength(2)
  })

  // hard case: hedged-calls
  test('a stream that has shown content has no rival, however long it takes', async () => {
    const server = await serve((_request, response) => {
      startStream(response)
      response.write(chunk('one '))
      setTimeout(() => response.end(chunk('two') + chunk('', 'stop')), 500)
    })
    const { client } = connect(server.url, racing())
    expect(await textOf(await client.chat.completions.create(streaming))).toBe('one two')
    expect(server.requests).toHaveLength(1)
  })
})

describe('another model', () => {
  // hard case: cheaper-model
  test('answers under its own name and parameters, and the dearer and the smaller one are not asked', async () => {
    const { simulator, url } = await simulate({
      endpoints: {
        first: { replies: [{ fault: 'overloaded', times: 9 }], models: ['gpt-test'] },
        dear: {},
        small: {},
        cheap: { models: ['vendor/mini'] },
      },
    })
    const at = (name: string): object => ({ name, baseURL: `${url}/e/${name}/v1`, apiKey: `${name}-key` })
    const { client, events } = connect(`${url}/e/first`, {
      endpoints: [
        { name: 'first', costPerCall: 0.02 },
        { ...at('dear'), name: 'dear', costPerCall: 0.2 },
        { ...at('small'), name: 'small', costPerCall: 0.001, model: 'small' },
        {
          ...at('cheap'),
          name: 'cheap',
          costPerCall: 0.001,
          models: { 'gpt-test': 'vendor/mini' },
          body: ({ max_completion_tokens: tokens, ...rest }) => ({ ...rest, max_tokens: tokens }),
        },
      ],
      failover: { maxCost: 0.05, mayServe: ({ model }) => model !== 'small' },
    })
    const answer = await client.chat.completions.create({ ...ask(), max_completion_tokens: 3 })
    expect(answer.model).toBe('vendor/mini')
    expect(answer.usage?.completion_tokens).toBe(3)
    expect(['first', 'dear', 'small', 'cheap'].map((name) => hits(simulator, name))).toEqual([1, 0, 0, 1])
    expect(events.findLast(({ type }) => type === 'attempt.completed')).toMatchObject({ endpoint: 'cheap' })
  })
})

describe('a circuit', () => {
  const breaking = { breaker: () => new ConsecutiveBreaker(2), halfOpenAfter: 100, probeLeaseMs: Infinity }
  const guarded = (): { pipeline: Pipeline<Response> } => ({
    pipeline: pipeline([timeout({ totalMs: 10_000 }), circuitBreaker(breaking)]),
  })
  const passing = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

  // hard case: circuit-and-streams
  test('half open admits one stream, and hears of it when it ends', async () => {
    let end = (): void => {}
    const server = await serve((_request, response) => {
      if (server.requests.length <= 2) return response.writeHead(500).end()
      startStream(response)
      response.write(chunk('one'))
      end = () => response.end(chunk('', 'stop'))
      return undefined
    })
    const { client, events } = connect(server.url, guarded())
    for (let i = 0; i < 2; i++) await rejection(client.chat.completions.create(ask()))
    expect(refusalOf(await rejection(client.chat.completions.create(ask())))?.code).toBe('ERR_SPILLWAY_CIRCUIT_OPEN')
    await passing(150)
    const stream = await client.chat.completions.create(streaming)
    const refused = await Promise.all([1, 2, 3].map(() => rejection(client.chat.completions.create(ask()))))
    expect(refused.map((error) => refusalOf(error)?.code)).toEqual(Array(3).fill('ERR_SPILLWAY_CIRCUIT_OPEN'))
    expect(server.requests).toHaveLength(3)
    expect(events.map(({ type }) => type)).not.toContain('circuit.closed')
    end()
    expect(await textOf(stream)).toBe('one')
    await expect.poll(() => events.map(({ type }) => type)).toContain('circuit.closed')
  })

  // hard case: circuit-and-streams
  test.for([
    ['breaks while it is read', { fault: 'stall', afterChunks: 1 }, 'circuit.opened'],
    ['its reader leaves', { fault: 'none', serviceMs: 5_000_000 }, undefined],
  ] as const)('half open, with a stream that %s', async ([, reply, event]) => {
    const { simulator, url } = await simulate({ replies: [{ fault: 'internal', times: 2 }, reply] })
    const { client, events } = connect(url, {
      pipeline: pipeline([timeout({ totalMs: 10_000 }), circuitBreaker(breaking), timeout({ idleMs: 300 })]),
    })
    for (let i = 0; i < 2; i++) await rejection(client.chat.completions.create(ask()))
    await passing(150)
    const before = events.length
    const stream = await client.chat.completions.create(streaming)
    if (event === undefined) for await (const _ of stream) break
    else await rejection(textOf(stream))
    await expect.poll(() => events.at(-1)?.type).toBe('call.completed')
    const told = events.slice(before).flatMap(({ type }) => (type.startsWith('circuit.') ? [type] : []))
    expect(told.filter((type) => type !== 'circuit.half_opened')).toEqual(event === undefined ? [] : [event])
    expect(hits(simulator)).toBe(3)
  })

  // hard case: circuit-and-streams
  test.for(['blockedOutput', 'contextTooLong', 'rateLimited'] as const)('%s opens nothing', async (fault) => {
    const { simulator, url } = await simulate({ replies: [{ fault, times: 8 }] })
    const { client, events } = connect(url, guarded())
    for (let i = 0; i < 8; i++) await client.chat.completions.create(ask()).catch(() => {})
    expect(hits(simulator)).toBe(8)
    expect(events.filter(({ type }) => type.startsWith('circuit.'))).toEqual([])
  })
})
