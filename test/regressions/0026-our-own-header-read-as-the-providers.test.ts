import { openaiClassifier } from '@spillway/openai'
import { expect, test } from 'vitest'
import { ask, connect, rejection, serve, simulate } from '../providers/openai-world.ts'

const judge = (error: unknown) => openaiClassifier().error(error)

// `resilientFetch` puts `x-should-retry: false` on the answer it gives up on, so that no client tries again. Judged by its
// error, such an answer was one of an endpoint that cannot serve, or of a quota that is spent.
test.for([
  ['overloaded', 'overloaded'],
  ['rateLimited', 'throttled'],
  ['internal', 'transient'],
] as const)('what a resilient client gave up on after %s is judged as by its pipeline: %s', async ([fault, kind]) => {
  const { url } = await simulate({ replies: [{ fault, times: 9 }] })
  const { client, events } = connect(url, { retry: false })
  const error = await rejection(client.chat.completions.create(ask()))
  expect((error as { headers: Headers }).headers.get('x-should-retry')).toBe('false')
  expect(judge(error)).toMatchObject({ kind })
  expect(events.filter(({ type }) => type === 'attempt.completed')).toMatchObject([{ verdict: { kind } }])
})

test('the word of the provider itself counts as before', async () => {
  const { url } = await serve((_, response) => {
    response
      .writeHead(503, { 'content-type': 'application/json', 'x-should-retry': 'false' })
      .end('{"error":{"message":"no"}}')
  })
  const { client } = connect(url, { retry: false })
  expect(judge(await rejection(client.chat.completions.create(ask())))).toMatchObject({ kind: 'endpoint_failed' })
})
