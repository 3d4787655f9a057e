// Circuits, places and paces around the official client.
import { setTimeout as sleep } from 'node:timers/promises'
import { withCallOptions } from '@spillway/core'
import { pipelineOf } from '@spillway/gemini'
import { describe, expect, test } from 'vitest'
import { answers, ASK, chunk, collect, connect, json, ofType, rejection, serve, startStream } from './gemini-world.ts'

const said = (text: string, more: object = {}) =>
  json(200, { candidates: [{ content: { parts: [{ text }] }, finishReason: 'STOP' }], ...more })
const HELLO = said('Hello')
const STOP = { finishReason: 'STOP' }

describe('a circuit', () => {
  // hard case: circuit-and-streams
  test('half open admits one stream, and hears of it at its end', async () => {
    const { promise: finished, resolve: finish } = Promise.withResolvers<void>()
    const { url, seen } = await serve((response, hit) => {
      if (hit <= 5) {
        response.writeHead(500, { 'content-type': 'application/json' }).end('{}')
        return
      }
      startStream(response, chunk('Hel'))
      void finished.then(() => response.end(chunk('lo', STOP)))
    })
    const { ai, events } = connect(url, {
      retry: false,
      adaptiveConcurrency: false,
      circuitBreaker: { halfOpenAfter: 100, openAfterMs: 0, probeLeaseMs: 60_000 },
    })
    for (let i = 0; i < 5; i++) await rejection(ai.models.generateContent(ASK))
    expect(ofType(events, 'circuit.opened')).toHaveLength(1)
    await sleep(150)
    const probe = await ai.models.generateContentStream(ASK)
    expect((await probe.next()).value?.text).toBe('Hel')
    const refused = await rejection(
      ai.models.generateContent({ ...ASK, config: { abortSignal: AbortSignal.timeout(300) } }),
    )
    expect(['AbortError', 'CircuitOpenError', 'NoEndpointReadyError']).toContain(refused.name)
    expect(seen).toHaveLength(6)
    expect(ofType(events, 'circuit.closed')).toEqual([])
    finish()
    await collect(probe)
    expect(ofType(events, 'circuit.closed')).toHaveLength(1)
  })

  // hard case: circuit-and-streams
  test('is opened by no stream that its reader left', async () => {
    const { url, seen } = await serve((response) => startStream(response, chunk('Hel')))
    const { ai, events } = connect(url, { circuitBreaker: { openAfterMs: 0 } })
    for (let i = 0; i < 8; i++) for await (const { text } of await ai.models.generateContentStream(ASK)) if (text) break
    expect(seen).toHaveLength(8)
    expect(ofType(events, 'circuit.opened')).toEqual([])
  })

  // hard case: circuit-and-streams
  test.for([
    ['withheld', json(200, { promptFeedback: { blockReason: 'SAFETY' } })],
    ['wrong', json(400, { error: { code: 400, status: 'INVALID_ARGUMENT' } })],
  ] as const)('is opened by no answer that was %s', async ([, answer]) => {
    const { url, seen } = await answers(answer)
    const { ai, events } = connect(url, { circuitBreaker: { openAfterMs: 0 } })
    for (let i = 0; i < 8; i++) await ai.models.generateContent(ASK).catch(() => {})
    expect(seen).toHaveLength(8)
    expect(ofType(events, 'circuit.opened')).toEqual([])
  })
})

describe('a place', () => {
  // hard case: place-until-the-end
  test.for(['ends', 'is left', 'is ended by its caller'])('is held until the stream %s', async (how) => {
    const { promise: finished, resolve: finish } = Promise.withResolvers<void>()
    const { url, seen } = await serve((response, hit) => {
      startStream(response, chunk('Hel'))
      void (hit === 1 ? finished : Promise.resolve()).then(() => response.end(chunk('lo', STOP)))
    })
    const { ai } = connect(url, { bulkhead: { maxConcurrency: 1 } })
    const controller = new AbortController()
    const config = { abortSignal: controller.signal }
    const first = await ai.models.generateContentStream({ ...ASK, config })
    await first.next()
    const second = ai.models.generateContentStream(ASK)
    await sleep(100)
    expect(seen).toHaveLength(1)
    if (how === 'ends') {
      finish()
      await collect(first)
    } else if (how === 'is left') await first.return(undefined)
    else {
      controller.abort()
      await rejection(first.next())
    }
    expect(await collect(await second)).toHaveLength(2)
    expect(seen).toHaveLength(2)
    finish()
  })

  // hard case: place-until-the-end
  test('that does not come free in time is not waited for', async () => {
    const { url, seen } = await serve((response) => startStream(response, chunk('Hel')))
    const { ai } = connect(url, { bulkhead: { maxConcurrency: 1 }, timeout: { totalMs: 30_000, idleMs: 30_000 } })
    const first = await ai.models.generateContentStream(ASK)
    const error = await rejection(withCallOptions({ totalMs: 300 }, () => ai.models.generateContent(ASK)))
    expect(['TimeoutExceededError', 'NoEndpointReadyError']).toContain(error.name)
    expect(seen).toHaveLength(1)
    expect(pipelineOf(ai).state().inFlight).toBeLessThan(2)
    await first.return(undefined)
  })
})

describe('a pace', () => {
  // hard case: own-pace
  test('of tokens is corrected by what answers have used', async () => {
    const { url, seen } = await answers(
      said('Hello', { usageMetadata: { promptTokenCount: 600, candidatesTokenCount: 300, totalTokenCount: 900 } }),
    )
    const quotas = [{ unit: 'tokens', permits: 1000, periodMs: 60_000 }]
    const { ai, events } = connect(url, {
      rateLimit: { quotas, cost: () => ({ tokens: 100 }), maxWaitMs: 0 },
      timeout: { totalMs: 1000 },
      retry: false,
    })
    await ai.models.generateContent(ASK)
    await ai.models.generateContent(ASK)
    // 100 each were expected, and 900 each were used.
    const error = await rejection(ai.models.generateContent(ASK))
    expect(['RateLimitExceededError', 'NoEndpointReadyError']).toContain(error.name)
    expect(seen).toHaveLength(2)
    expect(ofType(events, 'call.completed').at(-1)).toMatchObject({ verdict: { kind: 'rejected' } })
  })

  // hard case: own-pace
  test('is told by a stream at its end', async () => {
    const usage = (totalTokenCount: number) => ({ usageMetadata: { totalTokenCount } })
    const { url, seen } = await serve((response) => {
      startStream(
        response,
        `data: ${JSON.stringify({ candidates: [{ content: { parts: [{ text: 'Hel' }] } }], ...usage(10) })}\n\n`,
      )
      response.end(
        `data: ${JSON.stringify({ candidates: [{ content: { parts: [{ text: 'lo' }] }, ...STOP }], ...usage(950) })}\n\n`,
      )
    })
    const quotas = [{ unit: 'tokens', permits: 1000, periodMs: 60_000 }]
    const { ai } = connect(url, {
      rateLimit: { quotas, cost: () => ({ tokens: 100 }), maxWaitMs: 0 },
      timeout: { totalMs: 1000 },
      retry: false,
    })
    await collect(await ai.models.generateContentStream(ASK))
    await rejection(ai.models.generateContentStream(ASK))
    expect(seen).toHaveLength(1)
  })

  // hard case: own-pace
  test('keeps fifty callers from returning in one moment', async () => {
    const arrivals: number[] = []
    const { url } = await serve((response, hit) => {
      arrivals.push(performance.now())
      const [status, headers, body] =
        hit <= 50
          ? json(429, {
              error: { code: 429, status: 'RESOURCE_EXHAUSTED', message: 'slow', details: [{ retryDelay: '0.3s' }] },
            })
          : HELLO
      response.writeHead(status, headers).end(body)
    })
    const { ai } = connect(url, { adaptiveConcurrency: false, timeout: { totalMs: 20_000 } })
    const texts = await Promise.all(Array.from({ length: 50 }, async () => (await ai.models.generateContent(ASK)).text))
    expect(texts).toEqual(Array(50).fill('Hello'))
    const back = arrivals.slice(50)
    const first = back[0] ?? 0
    expect(first - (arrivals[0] ?? 0)).toBeGreaterThanOrEqual(290)
    // Whoever waited out the hint trickles back.
    expect(back.filter((at) => at - first < 20).length).toBeLessThan(25)
  })
})
