import { pipeline, rateLimit } from '@spillway/core'
import { settle, VirtualClock } from '@spillway/core/testing'
import { expect, test } from 'vitest'
import { resilientFetch, type Fetch } from './index.ts'

test('what the headers say is left of the provider’s limits paces the calls after', async () => {
  const clock = new VirtualClock()
  const sentAt: number[] = []
  const send: Fetch = async () => {
    sentAt.push(clock.now())
    const headers = { 'x-ratelimit-limit-requests': '3', 'x-ratelimit-reset-requests': '20s' }
    return new Response('{}', {
      headers: { ...headers, 'x-ratelimit-remaining-requests': `${Math.max(0, 3 - sentAt.length)}` },
    })
  }
  const fetchThrough = resilientFetch(pipeline([rateLimit()], { clock }), { fetch: send })
  const answers: Promise<Response>[] = []
  for (let i = 0; i < 4; i++) {
    answers.push(fetchThrough('https://api.example/v1/model'))
    await settle()
  }
  await clock.advance(19_999)
  expect(sentAt).toEqual([0, 0, 0])
  await clock.advance(1)
  expect(sentAt).toEqual([0, 0, 0, 20_000])
  expect((await Promise.all(answers)).map(({ status }) => status)).toEqual([200, 200, 200, 200])
})
