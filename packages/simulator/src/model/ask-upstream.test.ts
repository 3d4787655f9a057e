import { expect, test } from 'vitest'
import { createVirtualClock } from '../clock.ts'
import { createRandom } from '../random.ts'
import { resolveEndpoint } from '../scenario/resolve.ts'
import type { EndpointScenario } from '../scenario/scenario.ts'
import { askUpstream } from './ask-upstream.ts'
import { ModelError } from './model-error.ts'
import { createUpstream } from './upstream.ts'

const REQUEST = {
  kind: 'image',
  model: 'm',
  key: 'k',
  promptHash: 'p',
  images: 1,
  inputTokens: 8,
  outputTokens: 1290,
} as const

const start = (scenario: EndpointScenario) => {
  const clock = createVirtualClock()
  const upstream = createUpstream(resolveEndpoint('one', scenario, 0), clock, createRandom(1))
  const controller = new AbortController()
  return { clock, upstream, controller, answer: askUpstream(upstream, REQUEST, controller.signal) }
}

test('resolves when the answer is complete, and leaves no listener', async () => {
  const { clock, answer, upstream } = start({})
  clock.advance(40_000)
  await answer
  expect(upstream.counters.images).toBe(1)
})

test('a refusal is an error with its status and hint', async () => {
  const { answer } = start({ replies: [{ fault: 'overloaded', retryAfterMs: 7000 }] })
  const error = await answer.catch((failed: unknown) => failed)
  expect(error).toBeInstanceOf(ModelError)
  expect(error).toMatchObject({ fault: 'overloaded', effect: 'error', status: 503, retryAfterMs: 7000 })
})

test.each([
  ['noImage', 'empty'],
  ['truncated', 'broken'],
] as const)('%s is seen when the work is done, and was work', async (fault, effect) => {
  const { clock, answer, upstream } = start({ replies: [{ fault }] })
  clock.advance(40_000)
  await expect(answer).rejects.toMatchObject({ fault, effect, status: undefined })
  expect(upstream.counters.completed).toBe(1)
})

test('what hangs ends with its signal alone', async () => {
  const { clock, answer, controller, upstream } = start({ replies: [{ fault: 'hang' }] })
  clock.advance(3_600_000)
  controller.abort(new Error('deadline'))
  await expect(answer).rejects.toThrow('deadline')
  expect(upstream.counters.requests).toBe(1)
})

test('a signal that has ended sends nothing', async () => {
  const upstream = createUpstream(resolveEndpoint('one', {}, 0), createVirtualClock(), createRandom(1))
  await expect(askUpstream(upstream, REQUEST, AbortSignal.abort(new Error('late')))).rejects.toThrow('late')
  expect(upstream.counters.requests).toBe(0)
})
