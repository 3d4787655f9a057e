// What the client puts together from several requests is one call: one number, one budget, one account.
import type { CallableTool, GoogleGenAI } from '@google/genai'
import { expectedUsage, openAccount, withCallOptions } from '@spillway/core'
import { expect, test } from 'vitest'
import { ASK, chunk, collect, connect, ofType, QUICK, rejection, serve, startStream } from './gemini-world.ts'

const OVERLOADED = JSON.stringify({ error: { code: 503, message: 'overloaded', status: 'UNAVAILABLE' } })
const USAGE = { usageMetadata: { promptTokenCount: 10, candidatesTokenCount: 2, totalTokenCount: 12 } }

const read = async (ai: GoogleGenAI): Promise<{ text: string; tokens: number | undefined }> => {
  let text = ''
  let tokens: number | undefined
  for await (const part of await ai.models.generateContentStream(ASK)) {
    text += part.text ?? ''
    tokens = part.usageMetadata?.totalTokenCount ?? tokens
  }
  return { text, tokens }
}

/** A part of an answer; the last one has no token. */
const part = (text: string, token?: string, more: object = {}): object => ({
  candidates: [
    {
      content: { role: 'model', parts: [{ text }] },
      ...(token === undefined ? { finishReason: 'STOP' } : { finishReason: 'CONTINUATION', continuationToken: token }),
    },
  ],
  ...USAGE,
  ...more,
})
const event = (data: object): string => `data: ${JSON.stringify(data)}\n\n`

/** Answers in turn, the last one for ever; `undefined` breaks the connection. */
const answers = (...list: readonly (object | string | undefined)[]) =>
  serve((response, hit) => {
    const answer = list[Math.min(hit, list.length) - 1]
    if (answer === undefined) return response.destroy()
    const failed = typeof answer === 'string'
    response.writeHead(failed ? 503 : 200, { 'content-type': 'application/json' })
    return response.end(failed ? answer : JSON.stringify(answer))
  })

// hard case: continued-answer
test('three hops with a drop in the second are one call with the usage of all', async () => {
  const { url, seen } = await answers(part('Once', 'a'), undefined, part(' upon', 'b'), part(' a time'))
  const { ai, events } = connect(url)
  const response = await ai.models.generateContent(ASK)
  expect(response.text).toBe('Once upon a time')
  expect(response.usageMetadata).toMatchObject({ totalTokenCount: 36 })
  expect(seen.map(({ body }) => (JSON.parse(body) as { continuationToken?: string }).continuationToken)).toEqual([
    undefined,
    'a',
    'a',
    'b',
  ])
  expect(ofType(events, 'call.started')).toHaveLength(1)
  expect(ofType(events, 'call.completed')).toMatchObject([{ callId: 1, attempts: 4, verdict: { kind: 'success' } }])
  expect(ofType(events, 'attempt.started').map((each) => 'attempt' in each && each.attempt)).toEqual([1, 2, 3, 4])
  expect(ofType(events, 'retry.scheduled')).toMatchObject([{ callId: 1, attempt: 2, verdict: 'transient' }])
})

// hard case: continued-answer
test('a stream of three hops with a drop in the second is one call with the usage of all', async () => {
  const { url, seen } = await serve((response, hit) => {
    startStream(response)
    if (hit === 1) response.end(event(part('Once', 'a')))
    // A checkpoint in the middle, and then the connection breaks: the client goes on from there.
    else if (hit === 2) {
      const middle = { content: { role: 'model', parts: [{ text: ' upon' }] }, continuationToken: 'b' }
      response.write(event({ candidates: [middle], ...USAGE }), () => setTimeout(() => response.destroy(), 50))
    } else response.end(event(part(' a time')))
  })
  const { ai, events } = connect(url)
  expect(await read(ai)).toEqual({ text: 'Once upon a time', tokens: 36 })
  expect(seen).toHaveLength(3)
  expect(ofType(events, 'call.started')).toHaveLength(1)
  expect(ofType(events, 'call.completed')).toMatchObject([{ attempts: 3, verdict: { kind: 'success' } }])
  expect(ofType(events, 'attempt.completed').map((each) => 'verdict' in each && each.verdict)).toMatchObject([
    { kind: 'success' },
    { kind: 'transient' },
    { kind: 'success' },
  ])
})

// hard case: continued-answer
test('all hops share one total limit', async () => {
  const { url, seen, left } = await serve((response, hit) => {
    // The third hop hangs, and finds what the first two have left of the time.
    if (hit < 3)
      setTimeout(
        () => response.setHeader('content-type', 'application/json').end(JSON.stringify(part('a', `${hit}`))),
        100,
      )
  })
  const { ai, events } = connect(url, { timeout: { totalMs: 1500 } })
  const before = performance.now()
  const error = await rejection(ai.models.generateContent(ASK))
  expect(performance.now() - before).toBeLessThan(4000)
  expect(error).toMatchObject({ name: 'TimeoutExceededError', phase: 'total', limitMs: 1500 })
  await left
  expect(seen).toHaveLength(3)
  expect(ofType(events, 'timeout.exceeded')).toHaveLength(1)
  expect(ofType(events, 'call.completed')).toMatchObject([
    { attempts: 3, verdict: { kind: 'transient', code: 'timeout' } },
  ])
})

test('the total limit of a stream holds for the hops after the first, and sends no more of them', async () => {
  const { url, seen, left } = await serve((response, hit) => {
    startStream(response)
    if (hit === 1) response.end(event(part('Once', 'a')))
    // And silence: the second hop hangs.
  })
  const { ai, events } = connect(url, { timeout: { totalMs: 1500 } })
  const error = await rejection(read(ai))
  expect(error).toMatchObject({ name: 'TimeoutExceededError', phase: 'total' })
  await left
  expect(seen).toHaveLength(2)
  expect(ofType(events, 'call.completed')).toMatchObject([{ attempts: 2, verdict: { code: 'timeout' } }])
})

// hard case: continued-answer
test('all hops share one budget of attempts', async () => {
  const { url, seen } = await answers(OVERLOADED, part('Once', 'a'), OVERLOADED, OVERLOADED, part(' upon'))
  const { ai, events } = connect(url, { retry: { ...QUICK, maxAttempts: 3 } })
  const error = await rejection(ai.models.generateContent(ASK))
  expect(error).toMatchObject({ name: 'ApiError', status: 503 })
  expect(seen).toHaveLength(4)
  expect(ofType(events, 'retry.exhausted')).toMatchObject([{ reason: 'attempts' }])
  expect(ofType(events, 'call.completed')).toMatchObject([{ attempts: 4, verdict: { kind: 'overloaded' } }])
})

// hard case: continued-answer
test('all hops are in one account, and under one ceiling', async () => {
  const prices = { [ASK.model]: { perMillionInputTokens: 100_000, perMillionOutputTokens: 100_000 } }
  const ask = async (maxCost: number) => {
    const server = await answers(part('Once', 'a'), part(' upon', 'b'), part(' a time'))
    const account = openAccount({ prices, maxCost })
    const { ai, events } = connect(server.url)
    const values = [[expectedUsage, { inputTokens: 10, outputTokens: 2 }] as const]
    const answer = withCallOptions({ account, values }, () => ai.models.generateContent(ASK))
    const error = await rejection(answer).catch(() => undefined)
    return { seen: server.seen, account, events, error }
  }
  const { account, seen } = await ask(10)
  expect(seen).toHaveLength(3)
  expect(account.report()).toMatchObject({ attempts: 3, usage: { inputTokens: 30, outputTokens: 6, tokens: 36 } })
  expect(account.report().cost).toBeCloseTo(3.6)

  // Three hops cost 3.6: the third is refused.
  const refused = await ask(3)
  expect(refused.error).toMatchObject({ name: 'CostLimitExceededError' })
  expect(refused.seen).toHaveLength(2)
  expect(ofType(refused.events, 'call.completed')).toMatchObject([{ attempts: 2, verdict: { kind: 'rejected' } }])
})

test('a reader that leaves in the second hop ends the call', async () => {
  const { url, left } = await serve((response, hit) => {
    startStream(response)
    if (hit === 1) response.end(event(part('Once', 'a')))
    else response.write(chunk(' upon'))
  })
  const { ai, events } = connect(url)
  for await (const { text } of await ai.models.generateContentStream(ASK)) if (text === ' upon') break
  await left
  expect(ofType(events, 'call.completed')).toMatchObject([{ attempts: 2, verdict: { kind: 'canceled' } }])
})

test.for(['whole', 'in a stream'])('a function that the model asks for is called within the call, %s', async (how) => {
  const asks = {
    candidates: [
      { content: { role: 'model', parts: [{ functionCall: { name: 'now', args: {} } }] }, finishReason: 'STOP' },
    ],
  }
  const { url, seen } = await serve((response, hit) => {
    const body = [JSON.stringify(asks), OVERLOADED, JSON.stringify(part('Noon.'))][hit - 1] ?? ''
    const streams = how === 'in a stream' && hit !== 2
    response.writeHead(hit === 2 ? 503 : 200, { 'content-type': streams ? 'text/event-stream' : 'application/json' })
    response.end(streams ? `data: ${body}\n\n` : body)
  })
  const { ai, events } = connect(url)
  const clock: CallableTool = {
    tool: async () => ({ functionDeclarations: [{ name: 'now' }] }),
    callTool: async () => [{ functionResponse: { name: 'now', response: { time: '12:00' } } }],
  }
  const request = { ...ASK, config: { tools: [clock] } }
  const last =
    how === 'whole'
      ? await ai.models.generateContent(request)
      : (await collect(await ai.models.generateContentStream(request))).at(-1)
  expect(last?.text).toBe('Noon.')
  expect(seen).toHaveLength(3)
  expect(ofType(events, 'call.completed')).toMatchObject([{ attempts: 3 }])
})

test('two calls at a time are two calls', async () => {
  const { url } = await serve((response) => {
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(part('Hi')))
  })
  const { ai, events } = connect(url)
  await Promise.all([ai.models.generateContent(ASK), ai.models.generateContent(ASK)])
  expect(ofType(events, 'call.completed').map((each) => 'callId' in each && each.callId)).toEqual(
    expect.arrayContaining([1, 2]),
  )
})
