import { APIError } from 'openai'
import { describe, expect, test } from 'vitest'
import { ask, chunk, connect, hits, rejection, serve, simulate } from './openai-world.ts'

/** What the attempts were judged to be, and how often the provider was asked for the answer that came in the end. */
const judged = async (reply: Parameters<typeof simulate>[0]): Promise<{ verdicts: string[]; asked: number }> => {
  const { simulator, url } = await simulate(reply)
  const { client, events } = connect(url)
  await client.chat.completions.create(ask()).catch(() => {})
  const verdicts = events.flatMap((event) => (event.type === 'attempt.completed' ? [event.verdict.kind] : []))
  return { verdicts, asked: hits(simulator) }
}

describe('a 429', () => {
  // hard case: meanings-of-429
  test.for([
    ['creditExhausted', ['quota_exhausted'], 1],
    ['insufficientQuota', ['quota_exhausted'], 1],
    ['rateLimited', ['throttled', 'success'], 2],
    ['slowDown', ['overloaded', 'success'], 2],
  ] as const)('%s is %j', async ([fault, verdicts, asked]) => {
    expect(await judged({ replies: [{ fault }] })).toEqual({ verdicts, asked })
  })
})

describe('a status that few send', () => {
  // hard case: rare-statuses
  test.for([
    ['402 with a wait', { fault: 'paymentRequired', retryAfterMs: 10 }, 'throttled'],
    ['402 without one', { fault: 'paymentRequired' }, 'quota_exhausted'],
    ['408', { fault: 'badGateway', status: 408 }, 'transient'],
    ['409', { fault: 'badGateway', status: 409 }, 'transient'],
    ['498', { fault: 'badGateway', status: 498 }, 'overloaded'],
    ['499', { fault: 'badGateway', status: 499 }, 'transient'],
    ['529', { fault: 'badGateway', status: 529 }, 'overloaded'],
    ['418', { fault: 'badGateway', status: 418 }, 'request_failed'],
  ] as const)('%s', async ([, reply, kind]) => {
    const ends = kind === 'quota_exhausted' || kind === 'request_failed'
    const verdicts = ends ? [kind] : [kind, 'success']
    expect(await judged({ replies: [reply] })).toEqual({ verdicts, asked: verdicts.length })
  })
})

describe('an error body', () => {
  const shapes = [
    'textError',
    'arrayError',
    'stringError',
    'numericCode',
    'emptyError',
    'brokenError',
    'hugeError',
    'badGateway',
  ] as const

  // hard case: odd-error-bodies
  test.for(shapes)('of the kind %s is asked again, and answered', async (fault) => {
    const { simulator, url } = await simulate({ replies: [{ fault }] })
    const { client } = connect(url)
    expect((await client.chat.completions.create(ask())).choices).toHaveLength(1)
    expect(hits(simulator)).toBe(2)
  })

  // hard case: odd-error-bodies
  test.for(shapes)('of the kind %s is, in the end, an error of the client with its status', async (fault) => {
    const { simulator, url } = await simulate({ replies: [{ fault, times: 9 }] })
    const { client } = connect(url, { retry: { maxAttempts: 1 } })
    const error = await rejection(client.chat.completions.create(ask()))
    expect(error).toBeInstanceOf(APIError)
    expect(error).toMatchObject({ status: fault === 'badGateway' ? 502 : 503 })
    expect(hits(simulator)).toBe(1)
  })

  // hard case: odd-error-bodies
  test('of megabytes costs little memory: its beginning is what the client gets', async () => {
    const { url } = await simulate({ replies: [{ fault: 'hugeError', times: 9 }] })
    const { client } = connect(url, { retry: { maxAttempts: 1 } })
    const error = await rejection(client.chat.completions.create(ask()))
    expect((error as Error).message.length).toBeLessThan(70_000)
  })
})

describe('an answer under a wrong name', () => {
  test.for(['text/plain', 'text/html', ''])('is read as the JSON that it is: %j', async (type) => {
    const { simulator, url } = await simulate({
      replies: [
        { fault: 'wrongType', headers: { 'content-type': type } },
        { fault: 'wrongType', headers: { 'content-type': type } },
      ],
    })
    const { client } = connect(url)
    expect((await client.chat.completions.create(ask())).choices[0]?.message.content).toBeTruthy()
    expect((await client.responses.create({ model: 'm', input: 'hi' })).output_text).toBeTruthy()
    expect(hits(simulator)).toBe(2)
  })

  test.for(['text/plain', 'application/json', ''])('is read as the stream that it is: %j', async (type) => {
    const server = await serve((_request, response) => {
      response.writeHead(200, type === '' ? {} : { 'content-type': type })
      response.write(chunk('one'))
      if (server.requests.length === 1) response.write(chunk('', 'stop'))
      setTimeout(() => response.end(), 50)
    })
    const { client } = connect(server.url, { timeout: { idleMs: 2000 } })
    const read = async (): Promise<string> => {
      let text = ''
      for await (const { choices } of await client.chat.completions.create({ ...ask(), stream: true }))
        text += choices[0]?.delta.content ?? ''
      return text
    }
    expect(await read()).toBe('one')
    // And its missing end is noticed.
    expect(await rejection(read())).toMatchObject({ code: 'ERR_SPILLWAY_STREAM_TRUNCATED' })
    expect(server.requests).toHaveLength(2)
  })
})

describe('an answer with status 200', () => {
  const input = { model: 'gpt-test', input: 'hello' } as const

  // hard case: failure-with-status-200
  test.for([false, true])('that says it failed is asked for again (stream: %s)', async (stream) => {
    const { simulator, url } = await simulate({ replies: [{ fault: 'failedAnswer', error: 'internal' }] })
    const { client, events } = connect(url)
    if (stream) {
      const types: string[] = []
      for await (const { type } of await client.responses.create({ ...input, stream: true })) types.push(type)
      expect(types.filter((type) => type === 'response.created')).toHaveLength(1)
      expect([types.at(-1), types.includes('response.failed')]).toEqual(['response.completed', false])
    } else expect((await client.responses.create(input)).output_text).toBeTruthy()
    expect(hits(simulator)).toBe(2)
    expect(events.find(({ type }) => type === 'retry.scheduled')).toMatchObject({ verdict: 'transient' })
  })

  // hard case: failure-with-status-200
  test('that fails after content reaches the reader as it is, and is the verdict', async () => {
    const { simulator, url } = await simulate({
      replies: [{ fault: 'failedAnswer', afterChunks: 2, serviceMs: 2_000_000 }],
    })
    const { client, events } = connect(url)
    const types: string[] = []
    for await (const { type } of await client.responses.create({ ...input, stream: true })) types.push(type)
    expect(types.at(-1)).toBe('response.failed')
    expect(hits(simulator)).toBe(1)
    await expect.poll(() => events.at(-1)).toMatchObject({ type: 'call.completed', verdict: { kind: 'overloaded' } })
  })

  // hard case: failure-with-status-200
  test('of the chat API with an error in the place of choices is asked for again', async () => {
    const { simulator, url } = await simulate({ replies: [{ fault: 'failedAnswer' }] })
    expect((await connect(url).client.chat.completions.create(ask())).choices).toHaveLength(1)
    expect(hits(simulator)).toBe(2)
  })

  // hard case: failure-with-status-200
  test.for([false, true])('that the caller’s own limit cut off is no failure (stream: %s)', async (stream) => {
    const { simulator, url } = await simulate({ replies: [{ fault: 'incomplete' }] })
    const { client } = connect(url)
    if (stream) {
      const types: string[] = []
      for await (const { type } of await client.responses.create({ ...input, stream: true })) types.push(type)
      expect(types).toEqual(['response.created', 'response.incomplete'])
    } else expect(await client.responses.create(input)).toMatchObject({ status: 'incomplete', output: [] })
    expect(hits(simulator)).toBe(1)
  })

  // hard case: failure-with-status-200
  test('that was withheld is not asked for again', async () => {
    const { simulator, url } = await simulate({ replies: [{ fault: 'blockedOutput' }] })
    const answer = await connect(url).client.chat.completions.create(ask())
    expect(answer.choices[0]?.finish_reason).toBe('content_filter')
    expect(hits(simulator)).toBe(1)
  })
})
