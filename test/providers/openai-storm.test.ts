import { pipelineOf } from '@spillway/openai'
import type OpenAI from 'openai'
import { APIUserAbortError } from 'openai'
import { expect, test } from 'vitest'
import { ask, connect, simulate } from './openai-world.ts'

const CALLS = 200
const RATIO = 0.04

/** One caller: some stream, some break off, some leave. Says how it went. */
const call = async (client: OpenAI, i: number): Promise<string> => {
  const leaving = new AbortController()
  if (i % 11 === 0) setTimeout(() => leaving.abort(), (i % 7) * 40)
  const options = { signal: leaving.signal }
  try {
    if (i % 2 === 0) {
      const { choices } = await client.chat.completions.create(ask(`prompt ${i}`), options)
      return choices[0]?.message.content ? 'whole' : 'empty'
    }
    const stream = await client.chat.completions.create({ ...ask(`prompt ${i}`), stream: true }, options)
    let pieces = 0
    let finished = false
    for await (const { choices } of stream) {
      if (choices[0]?.finish_reason) finished = true
      if (i % 13 === 0 && ++pieces > 2) return 'broken off by us'
    }
    return leaving.signal.aborted ? 'left' : finished ? 'whole' : 'short'
  } catch (error) {
    return error instanceof APIUserAbortError && leaving.signal.aborted ? 'left' : (error as Error).constructor.name
  }
}

test('in a storm of faults nothing is short, empty, lost or left behind', async () => {
  const plain = [
    'overloaded',
    'internal',
    'connectionReset',
    'hang',
    'stallAfterHeaders',
    'emptyObject',
    'rateLimited',
  ] as const
  const midway = ['stall', 'truncated', 'reset', 'inBandError'] as const
  const { simulator, url } = await simulate(
    {
      capacity: 400,
      seed: 7,
      faults: [
        ...plain.map((fault) => ({ fault, ratio: RATIO })),
        ...midway.map((fault) => ({ fault, ratio: RATIO, afterChunks: 1 })),
      ],
    },
    100,
  )
  const { client, events } = connect(url, { timeout: { totalMs: 25_000, firstByteMs: 1500, idleMs: 800 } })
  const went = await Promise.all(Array.from({ length: CALLS }, (_, i) => call(client, i)))

  // After the first content nothing can be done but to say so.
  const honest = new Set([
    'whole',
    'left',
    'broken off by us',
    'StreamTruncatedError',
    'TimeoutExceededError',
    'TypeError',
    'APIError',
  ])
  expect(went.filter((how) => !honest.has(how))).toEqual([])
  expect(went.filter((how) => how === 'whole').length).toBeGreaterThan(CALLS * 0.7)

  await expect.poll(() => pipelineOf(client).state().inFlight).toBe(0)
  const count = (type: string): number => events.filter((event) => event.type === type).length
  expect(count('call.completed')).toBe(count('call.started'))
  expect(count('attempt.completed')).toBe(count('attempt.started'))
  expect(simulator.counters().total.requests).toBeLessThanOrEqual(count('attempt.started'))
})
