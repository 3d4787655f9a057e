// What calls across providers use and cost: official clients, real sockets; what was asked is counted at the server.
import { CostLimitExceededError, execute, openAccount, standardPipeline, withCallOptions } from '@spillway/core'
import { pipelineOf } from '@spillway/gemini'
import { refusalOf } from '@spillway/openai'
import { APIError } from 'openai'
import { describe, expect, test } from 'vitest'
import { rejection } from './gemini-world.ts'
import { account, asked, busy, expectedUsage, LITE, PRO, prices, prompt, RELAYED, world } from './across-world.ts'

describe('the ceiling', () => {
  // hard case: cheaper-model (openai, gemini)
  test('refuses before anything is sent: the dear target is not asked, a cheaper one answers', async () => {
    const { simulator, targets } = await world([])
    const answer = await execute({ ...targets, expectedUsage, account: account(0.05) })
    expect(answer.target).toBe('lite')
    expect(answer.tried.map(({ error }) => error)).toEqual([
      expect.any(CostLimitExceededError),
      expect.any(CostLimitExceededError),
    ])
    expect(asked(simulator)).toEqual({ google: 0, relay: 0, lite: 1 })
  })

  test('counts requests that may be billed: the re-roll that would pass it is not sent', async () => {
    const { simulator, targets } = await world([{ fault: 'noImage', times: 9 }])
    const answer = await execute({ ...targets, expectedUsage, account: account(0.35) })
    // Two of 0.134 may be billed; the third would make 0.402, and the relay's 0.08 makes 0.348.
    expect(asked(simulator)).toEqual({ google: 2, relay: 1, lite: 0 })
    expect(answer.target).toBe('relay')
    const { cost, unknownCost } = answer.account.report()
    expect(cost).toBeCloseTo(0.08, 12)
    expect(unknownCost).toBeCloseTo(0.268, 12)
  })

  test('holds for a client on its own, in its own error class', async () => {
    const { simulator, relay, gemini } = await world([], [])
    const tight = openAccount({ prices, maxCost: 0.1 })
    const drawing = withCallOptions({ account: tight }, async () => {
      await relay.images.generate({ model: RELAYED, prompt })
      return relay.images.generate({ model: RELAYED, prompt })
    })
    await drawing
    const late = await rejection(
      withCallOptions({ account: tight }, () => gemini.models.generateContent({ model: PRO, contents: prompt })),
    )
    // Nothing was expected of the second picture, so that only what was used by then could refuse the third.
    expect(late).toMatchObject({ name: 'CostLimitExceededError', cost: 0.16, maxCost: 0.1 })
    const wrapped = await rejection(
      withCallOptions({ account: tight }, () => relay.images.generate({ model: RELAYED, prompt })),
    )
    expect(wrapped).toBeInstanceOf(APIError)
    expect(refusalOf(wrapped)).toMatchObject({ name: 'CostLimitExceededError', maxCost: 0.1 })
    expect(asked(simulator)).toEqual({ google: 0, relay: 2, lite: 0 })
  })
})

test('the loser of a hedge is in the account once, as one that may be billed', async () => {
  const { simulator, targets, gemini } = await world([{ fault: 'hang' }], [], {
    hedge: { delayMs: 50 },
    repeatImages: true,
  })
  const answer = await execute({ ...targets, expectedUsage, account: account() })
  expect(answer.target).toBe('gemini')
  const report = await answer.account.settled()
  expect(report).toMatchObject({ attempts: 2, hedged: 1, abandoned: 1, billed: { no: 0, yes: 1, unknown: 1 } })
  expect(report.cost).toBeCloseTo(0.134, 12)
  expect(report.unknownCost).toBeCloseTo(0.134, 12)
  expect(asked(simulator)).toEqual({ google: 2, relay: 0, lite: 0 })
  expect(pipelineOf(gemini).state().inFlight).toBe(0)
})

test('a pipeline around a client counts each request once', async () => {
  const { simulator, relay } = await world([], [busy(1)])
  const outer = standardPipeline()
  const ledger = account()
  await withCallOptions({ account: ledger }, () =>
    outer.execute(() => relay.images.generate({ model: RELAYED, prompt })),
  )
  expect(asked(simulator)).toMatchObject({ relay: 2 })
  expect(ledger.report()).toMatchObject({ attempts: 2, requests: 2, cost: 0.08, hedged: 0 })
})

test('a client says which model it asks for: nobody else has to', async () => {
  const { simulator, gemini, relay } = await world([])
  const ledger = account()
  await withCallOptions({ account: ledger }, async () => {
    await gemini.models.generateContent({ model: PRO, contents: prompt })
    await gemini.models.generateContent({ model: LITE, contents: prompt })
    await relay.images.generate({ prompt, model: RELAYED })
  })
  expect(asked(simulator)).toEqual({ google: 2, relay: 1, lite: 0 })
  const { models, unpriced } = ledger.report()
  expect(unpriced).toBe(0)
  expect(models).toMatchObject({ [PRO]: { cost: 0.134 }, [LITE]: { cost: 0.034 }, [RELAYED]: { cost: 0.08 } })
})
