import { hedge, pipeline, timeout } from '@spillway/core'
import { resilientFetch } from '@spillway/http'
import { expect, it } from 'vitest'

// What a provider answers is thrown as an error of ours, and was taken for a limit of ours: the call failed with the limit.
it('tells what the provider said to one of two attempts when the other only ran into a limit', async () => {
  let sent = 0
  const send = async (_url: unknown, init?: RequestInit): Promise<Response> => {
    sent++
    if (sent === 2) return Response.json({ error: { code: 'insufficient_quota' } }, { status: 429 })
    return new Promise((_resolve, reject) => {
      init?.signal?.addEventListener('abort', () => reject(init.signal?.reason as Error))
    })
  }
  const calls = pipeline([hedge({ delayMs: 10, budgetRatio: 1 }), timeout({ attemptMs: 100 })])
  const response = await resilientFetch(calls, { fetch: send })('https://api.example/')
  expect([response.status, sent]).toEqual([429, 2])
})
