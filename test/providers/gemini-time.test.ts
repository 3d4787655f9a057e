// Who ended it: the client's own timeout, the limit of an attempt, that of the call, or the caller.
import { describe, expect, test } from 'vitest'
import { ASK, chunk, connect, ofType, provide, rejection, requests, serve, startStream } from './gemini-world.ts'

const phases = (events: Parameters<typeof ofType>[0]): string[] =>
  ofType(events, 'timeout.exceeded').map((event) => (event as unknown as { phase: string }).phase)

describe('of four limits that are near each other', () => {
  const hang = () => serve(() => {})

  // hard case: three-time-limits
  test('that of an attempt ends the attempt, and that of the call the call', async () => {
    const { url, seen } = await hang()
    const { ai, events } = connect(url, { timeout: { attemptMs: 300, totalMs: 1000 }, circuitBreaker: false })
    const error = await rejection(ai.models.generateContent({ ...ASK, config: { httpOptions: { timeout: 5000 } } }))
    expect(error).toMatchObject({ name: 'TimeoutExceededError' })
    expect(phases(events)).toContain('attempt')
    expect(seen.length).toBeGreaterThan(1)
    expect(seen.length).toBeLessThan(5)
  })

  // hard case: three-time-limits
  test('that of the call is told with its own length', async () => {
    const { url, seen } = await hang()
    const { ai, events } = connect(url, { timeout: { attemptMs: 5000, totalMs: 200 } })
    const error = await rejection(ai.models.generateContent({ ...ASK, config: { httpOptions: { timeout: 5000 } } }))
    expect(error).toMatchObject({ name: 'TimeoutExceededError', phase: 'total', limitMs: 200 })
    expect(error.cause).toBeUndefined()
    expect(phases(events)).toEqual(['total'])
    expect(seen).toHaveLength(1)
  })

  // hard case: three-time-limits
  test.for(['whole', 'in a stream', 'in the middle of a stream'])(
    'that of the client is told from both, %s',
    async (how) => {
      const { url, left } = await serve((response) => {
        if (how === 'in the middle of a stream') startStream(response, chunk('Hel'))
      })
      const { ai, events } = connect(url, { timeout: { attemptMs: 5000, totalMs: 5000 } })
      const request = { ...ASK, config: { httpOptions: { timeout: 250 } } }
      const error = await rejection(
        how === 'whole'
          ? ai.models.generateContent(request)
          : (async () => {
              for await (const _ of await ai.models.generateContentStream(request));
            })(),
      )
      expect(error).toMatchObject({ name: 'TimeoutExceededError', phase: 'total', limitMs: 250 })
      expect(error.cause).toMatchObject({ name: 'AbortError' })
      expect(ofType(events, 'timeout.exceeded')).toEqual([])
      expect(ofType(events, 'call.completed')).toMatchObject([{ attempts: 1, verdict: { kind: 'canceled' } }])
      await left
    },
  )

  // hard case: three-time-limits
  test('that of the caller is the caller’s wish, with its reason', async () => {
    const { url } = await hang()
    const { ai, events } = connect(url, { timeout: { totalMs: 5000 } })
    const config = { abortSignal: AbortSignal.timeout(200), httpOptions: { timeout: 5000 } }
    const error = await rejection(ai.models.generateContent({ ...ASK, config }))
    expect(error).toMatchObject({ name: 'AbortError', cause: { name: 'TimeoutError' } })
    expect(phases(events)).toEqual([])
    expect(ofType(events, 'call.completed')).toMatchObject([{ verdict: { kind: 'canceled' } }])
  })
})

// hard case: heartbeats-only
test('a stream of heartbeats alone ends by the limit for the first content, and the next one answers', async () => {
  const { simulator, url } = await provide(
    { fault: 'heartbeatsOnly', everyMs: 20_000 },
    { fault: 'none', text: 'Hello' },
  )
  const { ai, events } = connect(url, { timeout: { firstByteMs: 1000, idleMs: 100 } })
  let text = ''
  for await (const part of await ai.models.generateContentStream(ASK)) text += part.text ?? ''
  expect(text).toBe('Hello')
  expect(requests(simulator)).toBe(2)
  expect(phases(events)).toEqual(['first_byte'])
})

// hard case: silence-after-headers
test('headers and then nothing: the next attempt answers, whole as well', async () => {
  const { simulator, url } = await provide({ fault: 'stallAfterHeaders' }, { fault: 'none', text: 'Hello' })
  const { ai, events } = connect(url, { timeout: { firstByteMs: 1000 } })
  expect((await ai.models.generateContent(ASK)).text).toBe('Hello')
  expect(requests(simulator)).toBe(2)
  expect(phases(events)).toEqual(['first_byte'])
})
