import { APIError, APIUserAbortError } from 'openai'
import { pipelineOf, refusalOf } from '@spillway/openai'
import { describe, expect, test } from 'vitest'
import { ask, chunk, connect, hits, rejection, serve, simulate, startStream, textOf } from './openai-world.ts'

const streaming = { ...ask(), stream: true } as const

describe('before the first content', () => {
  // hard case: error-event
  // trap: no-replay-after-content
  test.for([
    ['overloaded', {}],
    ['inBandError', { afterChunks: 0 }],
    ['truncated', { afterChunks: 0 }],
    ['reset', { afterChunks: 0 }],
    ['emptyObject', {}],
    ['connectionReset', {}],
  ] as const)('%s is retried out of sight: one clean stream', async ([fault, parameters]) => {
    const { simulator, url } = await simulate({
      replies: [
        { fault, ...parameters },
        { fault: 'none', text: 'the whole text' },
      ],
    })
    const { client } = connect(url)
    const stream = await client.chat.completions.create(streaming)
    expect(await textOf(stream)).toBe('the whole text')
    expect(hits(simulator)).toBe(2)
  })

  // hard case: silence-after-headers
  // hard case: heartbeats-only
  // trap: limits-after-headers
  test.for([
    ['stallAfterHeaders', {}],
    ['stall', { afterChunks: 0 }],
    ['heartbeatsOnly', { everyMs: 20_000 }],
  ] as const)('silence (%s) is ended by firstByteMs and retried out of sight', async ([fault, parameters]) => {
    const { simulator, url } = await simulate({
      replies: [
        { fault, ...parameters },
        { fault: 'none', text: 'the whole text' },
      ],
    })
    const { client, events } = connect(url, { timeout: { firstByteMs: 1000 } })
    expect(await textOf(await client.chat.completions.create(streaming))).toBe('the whole text')
    expect(hits(simulator)).toBe(2)
    expect(events).toContainEqual(expect.objectContaining({ type: 'timeout.exceeded', phase: 'first_byte' }))
  })

  test('the preamble reaches the caller once', async () => {
    const { url } = await simulate({ replies: [{ fault: 'inBandError', afterChunks: 0 }] })
    const { client } = connect(url)
    let roles = 0
    for await (const { choices } of await client.chat.completions.create(streaming))
      if (choices[0]?.delta.role !== undefined) roles++
    expect(roles).toBe(1)
  })

  // hard case: error-event
  test('an error inside the stream that stays is the error of the client, as without us', async () => {
    const { simulator, url } = await simulate({ replies: [{ fault: 'inBandError', afterChunks: 0, times: 9 }] })
    const { client } = connect(url, { retry: { maxAttempts: 2 } })
    const stream = await client.chat.completions.create(streaming)
    const error = await rejection(textOf(stream))
    expect(error).toBeInstanceOf(APIError)
    expect(error).toMatchObject({ code: 'server_is_overloaded' })
    expect(hits(simulator)).toBe(2)
  })
})

describe('after the first content', () => {
  // hard case: stall-after-content
  // trap: limits-after-headers
  test('a stall makes the iterator throw, and closes the socket', async () => {
    const server = await serve((_request, response) => {
      startStream(response)
      response.write(chunk('one'))
      response.write(chunk('two'))
    })
    const { client, events } = connect(server.url, { timeout: { idleMs: 500 } })
    const seen: string[] = []
    const reading = (async () => {
      for await (const { choices } of await client.chat.completions.create(streaming))
        seen.push(choices[0]?.delta.content ?? '')
    })()
    const error = await rejection(reading)
    expect(error).toMatchObject({ name: 'TimeoutExceededError', phase: 'idle', limitMs: 500 })
    expect(seen).toEqual(['one', 'two'])
    await server.closed
    expect(server.requests).toHaveLength(1)
    expect(events.at(-1)).toMatchObject({ type: 'call.completed', verdict: { kind: 'transient' } })
  })

  // trap: limits-after-headers
  test('heartbeats do not keep a stalled stream alive', async () => {
    const server = await serve((_request, response) => {
      startStream(response)
      response.write(chunk('one'))
      const timer = setInterval(() => response.write(': still here\n\n'), 50)
      response.on('close', () => clearInterval(timer))
    })
    const { client } = connect(server.url, { timeout: { idleMs: 400 } })
    const error = await rejection(client.chat.completions.create(streaming).then(textOf))
    expect(error).toMatchObject({ name: 'TimeoutExceededError', phase: 'idle' })
    await server.closed
  })

  // trap: stream-outlives-call
  test('a reader who takes its time is not silence', async () => {
    const { url } = await simulate({ replies: [{ fault: 'none', text: 'some words that come in several pieces' }] })
    const { client } = connect(url, { timeout: { idleMs: 1500 } })
    let text = ''
    for await (const { choices } of await client.chat.completions.create(streaming)) {
      if (text === '') await new Promise((resolve) => setTimeout(resolve, 2500))
      text += choices[0]?.delta.content ?? ''
    }
    expect(text).toBe('some words that come in several pieces')
  })

  // hard case: end-without-its-mark
  // trap: errors-inside-streams
  test('an end without its marker is an error and no retry', async () => {
    const server = await serve((_request, response) => {
      startStream(response)
      response.write(chunk('one'))
      setTimeout(() => response.end(chunk('two')), 50)
    })
    const { client, events } = connect(server.url)
    const error = await rejection(client.chat.completions.create(streaming).then(textOf))
    expect(error).toMatchObject({ code: 'ERR_SPILLWAY_STREAM_TRUNCATED', contentParts: 2 })
    expect((error as Error).name).toBe('StreamTruncatedError')
    expect(refusalOf(error)).toBe(error)
    expect(server.requests).toHaveLength(1)
    expect(events.at(-1)).toMatchObject({ type: 'call.completed', verdict: { kind: 'transient' } })
  })

  test('a reset is an error, judged transient', async () => {
    const server = await serve((_request, response) => {
      startStream(response)
      response.write(chunk('one'))
      setTimeout(() => response.socket?.resetAndDestroy(), 50)
    })
    const { client, events } = connect(server.url)
    await rejection(client.chat.completions.create(streaming).then(textOf))
    expect(server.requests).toHaveLength(1)
    expect(events.at(-1)).toMatchObject({ type: 'call.completed', verdict: { kind: 'transient' } })
  })

  // hard case: error-event
  // trap: errors-inside-streams
  test('an error inside the stream goes through to the client and is the verdict', async () => {
    const server = await serve((_request, response) => {
      startStream(response)
      response.write(chunk('one'))
      const error = { error: { message: 'busy', type: 'service_unavailable_error', code: 'server_is_overloaded' } }
      setTimeout(() => response.end(`data: ${JSON.stringify(error)}\n\ndata: [DONE]\n\n`), 50)
    })
    const { client, events } = connect(server.url)
    const error = await rejection(client.chat.completions.create(streaming).then(textOf))
    expect(error).toBeInstanceOf(APIError)
    expect(error).toMatchObject({ code: 'server_is_overloaded' })
    expect(server.requests).toHaveLength(1)
    expect(events.at(-1)).toMatchObject({ type: 'call.completed', verdict: { kind: 'overloaded' } })
  })

  test('a finish reason without [DONE] is a proper end', async () => {
    const server = await serve((_request, response) => {
      startStream(response)
      response.end(chunk('all') + chunk('', 'stop'))
    })
    const { client, events } = connect(server.url)
    expect(await textOf(await client.chat.completions.create(streaming))).toBe('all')
    expect(events.at(-1)).toMatchObject({ type: 'call.completed', verdict: { kind: 'success' } })
  })
})

describe('the reader', () => {
  const endless = (): ReturnType<typeof serve> =>
    serve((_request, response) => {
      startStream(response)
      const timer = setInterval(() => response.write(chunk('more ')), 10)
      response.on('close', () => clearInterval(timer))
    })

  // hard case: reader-leaves
  test('who breaks closes the socket', async () => {
    const server = await endless()
    const { client, events } = connect(server.url)
    for await (const { choices } of await client.chat.completions.create(streaming))
      if (choices[0]?.delta.content) break
    await server.closed
    expect(server.requests).toHaveLength(1)
    await expect.poll(() => events.at(-1)).toMatchObject({ type: 'call.completed', verdict: { kind: 'canceled' } })
  })

  // hard case: caller-aborts
  // trap: link-outlives-call
  test('who aborts in the middle ends quietly, as ever, and closes the socket', async () => {
    const server = await endless()
    const { client } = connect(server.url)
    const controller = new AbortController()
    let pieces = 0
    const stream = await client.chat.completions.create(streaming, { signal: controller.signal })
    for await (const { choices } of stream) {
      pieces += choices.length
      if (pieces === 3) controller.abort()
    }
    expect(pieces).toBeGreaterThanOrEqual(3)
    await server.closed
    expect(server.requests).toHaveLength(1)
    expect(pipelineOf(client).state().inFlight).toBe(0)
  })

  // hard case: caller-aborts
  test('who aborts before the first content gets the abort error, and the socket is closed', async () => {
    const controller = new AbortController()
    const server = await serve((_request, response) => {
      startStream(response)
      setTimeout(() => controller.abort(), 50)
    })
    const { client } = connect(server.url)
    const error = await rejection(client.chat.completions.create(streaming, { signal: controller.signal }))
    expect(error).toBeInstanceOf(APIUserAbortError)
    await server.closed
    expect(server.requests).toHaveLength(1)
  })

  // hard case: reader-leaves
  test('who never reads has the socket closed by the limit of the call', async () => {
    const server = await endless()
    const { client } = connect(server.url, { timeout: { totalMs: 1500 } })
    await client.chat.completions.create(streaming)
    await server.closed
    expect(pipelineOf(client).state().inFlight).toBe(0)
  })

  // hard case: reader-leaves
  test('who reads slowly holds the provider back: nothing piles up here', async () => {
    let wrote = 0
    const line = chunk('x'.repeat(60_000))
    const server = await serve((_request, response) => {
      startStream(response)
      const more = (): void => {
        while (!response.destroyed && response.write(line)) wrote++
        response.once('drain', more)
      }
      more()
    })
    const { client } = connect(server.url)
    const stream = await client.chat.completions.create(streaming)
    const isStill = async (): Promise<boolean> => {
      const before = wrote
      await new Promise((resolve) => setTimeout(resolve, 300))
      return wrote === before
    }
    await expect.poll(isStill, { timeout: 20_000 }).toBe(true)
    stream.controller.abort()
    await server.closed
  })
})

describe('helpers', () => {
  // hard case: end-without-its-mark
  test('.stream() of responses throws where it would give an answer that is still in progress', async () => {
    const { simulator, url } = await simulate({
      replies: [{ fault: 'truncated', afterChunks: 3, serviceMs: 2_000_000 }],
    })
    const { client } = connect(url)
    const error = await rejection(client.responses.stream({ model: 'm', input: 'hi' }).finalResponse())
    expect(refusalOf(error)?.code ?? (error as Error).message).toMatch(/TRUNCATED|truncated|without/i)
    expect(hits(simulator)).toBe(1)
  })

  test('.stream() runs through the pipeline and gives the final completion', async () => {
    const { simulator, url } = await simulate({ replies: [{ fault: 'overloaded' }, { fault: 'none', text: 'final' }] })
    const { client } = connect(url)
    const runner = client.chat.completions.stream(ask())
    expect(await runner.finalContent()).toBe('final')
    expect(hits(simulator)).toBe(2)
  })
})
