import { VirtualClock } from '@spillway/core/testing'
import { ModelError, type FaultSpec } from '@spillway/simulator'
import { OpenAI } from 'openai'
import { afterEach, describe, expect, test, vi } from 'vitest'
import type { World } from '../forecast/world.ts'
import { fiveTries, noRetries, openaiRetries, type Caller } from './callers.ts'

const HOUR = 3_600_000

/** At which milliseconds a caller asks a provider that always fails so. */
const asksOf = async (caller: Caller, fault: FaultSpec | 'hangs'): Promise<number[]> => {
  const clock = new VirtualClock()
  const asked: number[] = []
  const ask = (_: string, __: string, signal: AbortSignal): Promise<void> => {
    asked.push(clock.now())
    if (fault !== 'hangs') return Promise.reject(new ModelError(fault))
    return new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)))
  }
  const world: World = { clock, ask, counters: () => [], close: () => undefined }
  const { call } = caller.start({ world, endpoints: ['official'], seed: 1, deadlineMs: HOUR })
  const ended = call('1', new AbortController().signal).catch(() => undefined)
  await clock.advance(HOUR)
  await ended
  return asked
}

afterEach(() => void vi.useRealTimers())

/** The same of the real client, on fake timers, without chance. */
const realAsks = async ({ fault, retryAfterMs }: FaultSpec): Promise<number[]> => {
  vi.useFakeTimers()
  vi.spyOn(Math, 'random').mockReturnValue(0)
  const began = Date.now()
  const asked: number[] = []
  const { status } = new ModelError({ fault })
  const fetch = async (): Promise<Response> => {
    asked.push(Date.now() - began)
    if (status === undefined) throw new TypeError('fetch failed')
    const headers = retryAfterMs === undefined ? {} : { 'retry-after-ms': String(retryAfterMs) }
    return Response.json({ error: { message: fault } }, { status, headers })
  }
  const client = new OpenAI({ apiKey: 'key', baseURL: 'http://127.0.0.1/v1', fetch })
  const ended = client.images.generate({ model: 'painter', prompt: 'a fox' }).catch(() => undefined)
  await vi.advanceTimersByTimeAsync(HOUR)
  await ended
  return asked
}

describe("the official client's own retries", () => {
  test.each<FaultSpec>([
    { fault: 'overloaded' },
    { fault: 'overloaded', retryAfterMs: 7000 },
    { fault: 'rateLimited', retryAfterMs: 90_000 },
    { fault: 'internal' },
    { fault: 'connectionReset' },
    { fault: 'invalidRequest' },
    { fault: 'permissionDenied' },
  ])('are as the real client makes them after %o', async (fault) => {
    const real = await realAsks(fault)
    vi.useRealTimers()
    const ours = await asksOf(openaiRetries, fault)
    expect(ours).toHaveLength(real.length)
    for (const [i, at] of ours.entries()) {
      // The real one was without chance, which takes up to a quarter off each wait that nobody asked for.
      expect(at).toBeLessThanOrEqual((real[i] as number) + 1)
      expect(at).toBeGreaterThanOrEqual(0.75 * (real[i] as number))
    }
  })

  test('give an attempt ten minutes', async () => {
    const asked = await asksOf(openaiRetries, 'hangs')
    expect(asked).toHaveLength(3)
    expect(asked[1]).toBeGreaterThan(600_000)
    expect(asked[1]).toBeLessThan(601_000)
  })
})

test('five tries wait 2^n seconds and up to one more, after a 503 alone', async () => {
  const asked = await asksOf(fiveTries, { fault: 'overloaded' })
  expect(asked).toHaveLength(5)
  for (const [i, least] of [1000, 2000, 4000, 8000].entries()) {
    const waited = (asked[i + 1] as number) - (asked[i] as number)
    expect(waited).toBeGreaterThanOrEqual(least)
    expect(waited).toBeLessThan(least + 1000)
  }
  expect(await asksOf(fiveTries, { fault: 'rateLimited' })).toHaveLength(1)
})

test('without retries there is one request', async () => {
  expect(await asksOf(noRetries, { fault: 'overloaded' })).toHaveLength(1)
})
