// A second attempt, and another model.
import { pipelineOf } from '@spillway/gemini'
import { describe, expect, test } from 'vitest'
import {
  answers,
  ASK,
  CHAT_MODEL,
  chunk,
  collect,
  connect,
  json,
  ofType,
  provide,
  QUICK,
  rejection,
  serve,
  startStream,
} from './gemini-world.ts'

const BUSY = json(503, { error: { code: 503, message: 'overloaded', status: 'UNAVAILABLE' } })
const said = (text: string, more: object = {}) =>
  json(200, { candidates: [{ content: { parts: [{ text }] }, finishReason: 'STOP' }], ...more })
const STOP = { finishReason: 'STOP' }

describe('a hedge', () => {
  const hedge = { delayMs: 150, budgetRatio: 1 }

  // hard case: hedged-calls
  test('answers in the place of a silent attempt, whose socket is closed at once, and usage counts once', async () => {
    const { url, seen, left } = await serve((response, hit) => {
      const [status, headers, body] = said('Hello', { usageMetadata: { totalTokenCount: 12 } })
      if (hit === 2) response.writeHead(status, headers).end(body)
    })
    const { ai, events } = connect(url, { hedge })
    const response = await ai.models.generateContent(ASK)
    expect([response.text, response.usageMetadata?.totalTokenCount]).toEqual(['Hello', 12])
    await left
    expect(seen).toHaveLength(2)
    expect(ofType(events, 'hedge.won')).toHaveLength(1)
    expect(ofType(events, 'call.completed')).toMatchObject([{ attempts: 2, verdict: { kind: 'success' } }])
    expect(pipelineOf(ai).state()).toMatchObject({ inFlight: 0 })
  })

  // hard case: hedged-calls
  test('that fails as well gives the error that says more', async () => {
    const spent = {
      code: 429,
      status: 'RESOURCE_EXHAUSTED',
      message: '',
      details: [{ violations: [{ quotaId: 'PerDay' }] }],
    }
    // The first hangs, so that all there is to say of it is our own limit.
    const { url, seen } = await serve((response, hit) => {
      if (hit === 2) response.writeHead(429, BUSY[1]).end(JSON.stringify({ error: spent }))
    })
    const { ai } = connect(url, { hedge, timeout: { attemptMs: 500 }, retry: { ...QUICK, maxAttempts: 1 } })
    expect(await rejection(ai.models.generateContent(ASK))).toMatchObject({ name: 'ApiError', status: 429 })
    expect(seen).toHaveLength(2)
  })

  // hard case: hedged-calls
  test('does not begin after content', async () => {
    const { url, seen } = await serve((response) => {
      startStream(response, chunk('Hel'))
      setTimeout(() => response.end(chunk('lo', STOP)), 400)
    })
    const { ai, events } = connect(url, { hedge })
    const texts = (await collect(await ai.models.generateContentStream(ASK))).map(({ text }) => text)
    expect(texts).toEqual(['Hel', 'lo'])
    expect(seen).toHaveLength(1)
    expect(ofType(events, 'hedge.started')).toEqual([])
  })
})

describe('a cheaper model', () => {
  // hard case: cheaper-model
  test('takes over under its own name, and the answer says which one it was', async () => {
    const { simulator, url } = await provide({ fault: 'capacityExhausted', times: 1 })
    const { ai, events } = connect(url, {
      endpoints: [
        { name: 'pro', model: 'pro', costPerCall: 4 },
        { name: 'flash', model: 'flash', models: { [CHAT_MODEL]: 'gemini-3.5-flash' }, costPerCall: 1 },
      ],
    })
    const response = await ai.models.generateContent(ASK)
    expect(response.modelVersion).toBe('gemini-3.5-flash')
    expect(simulator.counters().total.requests).toBe(2)
    expect(ofType(events, 'endpoint.failed_over')).toMatchObject([{ from: 'pro', to: 'flash' }])
  })

  // hard case: cheaper-model
  test('that costs more than the call may, or is said not to serve it, is not asked', async () => {
    const { url, seen } = await answers(BUSY)
    const endpoints = [
      { name: 'flash', costPerCall: 1 },
      { name: 'pro', models: { [CHAT_MODEL]: 'pro' }, costPerCall: 4 },
      { name: 'small', models: { [CHAT_MODEL]: 'small' }, costPerCall: 1 },
    ]
    const failover = { maxCost: 2, mayServe: ({ name }: { name: string }) => name !== 'small' }
    const { ai } = connect(url, { endpoints, failover, retry: { ...QUICK, maxAttempts: 3 } })
    await rejection(ai.models.generateContent(ASK))
    expect(new Set(seen.map((each) => each.url))).toEqual(new Set([`/v1/models/${CHAT_MODEL}:generateContent`]))
  })
})
