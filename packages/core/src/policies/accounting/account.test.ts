import { describe, expect, test } from 'vitest'
import {
  accounting,
  CostLimitExceededError,
  failover,
  hedge,
  openAccount,
  openCall,
  pipeline,
  requestedModel,
  expectedUsage,
  retry,
  standardPipeline,
  streamed,
  timeout,
  withCallOptions,
  type CallContext,
} from '../../index.ts'
import { recordEvents, scriptedOperation, VirtualClock } from '../../testing.ts'
import { prices, one, image, ended, using, judged } from './__fixtures__/using.ts'

describe('what an attempt has used', () => {
  test('is counted by unit and by model, at its price', async () => {
    const account = openAccount({ prices })
    const calls = pipeline([])
    await calls.execute(using({ images: 2 }, [{ value: 1 }]), { account, values: one })
    const tokens = { inputTokens: 1_000_000, outputTokens: 500_000 }
    await calls.execute(using(tokens, [{ value: 1 }]), { account, values: [[requestedModel, 'writer']] })
    expect(account.report()).toEqual({
      attempts: 2,
      requests: 2,
      hedged: 0,
      abandoned: 0,
      atWork: 0,
      orphans: 0,
      billed: { no: 0, yes: 2, unknown: 0 },
      usage: { images: 2, ...tokens },
      cost: 3.08,
      unknownCost: 0,
      expectedCost: 0,
      unpriced: 0,
      models: {
        painter: { attempts: 1, usage: { images: 2 }, cost: 0.08, unknownCost: 0 },
        writer: { attempts: 1, usage: tokens, cost: 3, unknownCost: 0 },
      },
    })
  })

  test('is what was said last, unit by unit; what was not said is as expected', async () => {
    const account = openAccount({ prices: { m: { perImage: 1, perMillionOutputTokens: 1_000_000 } } })
    const calls = pipeline([])
    const values = [[requestedModel, 'm'] as const, [expectedUsage, { images: 3, outputTokens: 9 }] as const]
    const talk = async (context: CallContext): Promise<void> => {
      context.providerSaid({ usage: { outputTokens: 1 } })
      context.providerSaid({ usage: { outputTokens: 2 } })
    }
    await calls.execute(talk, { account, values })
    expect(account.report()).toMatchObject({ cost: 5, usage: { outputTokens: 2 } })
  })

  test('costs what the endpoint says, where there is no price; without either it is told as unpriced', async () => {
    const account = openAccount({ prices })
    const relay = pipeline([failover({ endpoints: [{ name: 'relay', costPerCall: 0.02 }] })])
    await relay.execute(using({ images: 1 }, [{ value: 1 }]), { account })
    const models = pipeline([failover({ endpoints: [{ name: 'relay', model: 'painter', costPerCall: 9 }] })])
    await models.execute(using({ images: 1 }, [{ value: 1 }]), { account })
    await pipeline([]).execute(async () => 1, { account, values: [[requestedModel, 'unheard-of']] })
    expect(account.report()).toMatchObject({ attempts: 3, unpriced: 1 })
    expect(account.report().cost).toBeCloseTo(0.06, 12)
    expect(Object.keys(account.report().models)).toEqual(['', 'painter', 'unheard-of'])
  })
})

describe('what an attempt that failed is billed', () => {
  test.each([
    ['no', { kind: 'overloaded', sent: true, billed: 'no' }, undefined, { requests: 1, cost: 0, unknownCost: 0 }],
    ['no', { kind: 'transient', sent: false }, undefined, { requests: 0, cost: 0, unknownCost: 0 }],
    ['unknown', { kind: 'transient' }, undefined, { requests: 1, cost: 0, unknownCost: 0.04 }],
    ['unknown', { kind: 'empty', billed: 'unknown' }, { images: 2 }, { requests: 1, cost: 0, unknownCost: 0.08 }],
    ['yes', { kind: 'request_failed', billed: 'yes' }, undefined, { requests: 1, cost: 0.04, unknownCost: 0 }],
    ['yes', { kind: 'transient' }, { images: 3 }, { requests: 1, cost: 0.12, unknownCost: 0 }],
  ] as const)('%s: %o after a use of %o', async (billed, verdict, usage, expected) => {
    const account = openAccount({ prices })
    const operation = using(usage, [{ error: new Error('no') }])
    await ended(pipeline([], judged(verdict)).execute(operation, { account, values: image }))
    expect(account.report()).toMatchObject({ attempts: 1, ...expected })
    expect(account.report().billed[billed]).toBe(1)
  })

  test('a refusal by us is no attempt', async () => {
    const account = openAccount({ prices })
    const calls = pipeline([timeout({ totalMs: 1 })])
    await ended(calls.execute(async () => 1, { account, values: image, signal: AbortSignal.abort() }))
    expect(account.report()).toMatchObject({ attempts: 0, cost: 0, unknownCost: 0 })
  })
})

describe('what ends after its caller was answered', () => {
  test('the loser of a hedge: once, as unknown, when it has ended', async () => {
    const clock = new VirtualClock()
    const account = openAccount({ prices })
    const endpoints = [{ name: 'a' }, { name: 'b' }]
    const calls = pipeline([hedge({ delayMs: 100 }), failover({ endpoints })], { clock })
    const operation = scriptedOperation([
      { value: 'slow', afterMs: 5000, deaf: true },
      { value: 'quick', afterMs: 50 },
    ])
    const call = calls.execute(operation, { account, values: image })
    await clock.advance(120)
    expect(account.report()).toMatchObject({ attempts: 2, hedged: 1, atWork: 2, expectedCost: 0.08, cost: 0 })
    await clock.advance(30)
    expect(await call).toBe('quick')
    expect(account.report()).toMatchObject({ atWork: 1, orphans: 1, abandoned: 1, cost: 0.04, expectedCost: 0.04 })
    let late: unknown
    void account.settled().then((report) => (late = report))
    await clock.advance(4000)
    expect(late).toBeUndefined()
    await clock.run()
    expect(late).toMatchObject({ attempts: 2, atWork: 0, orphans: 0, cost: 0.04, unknownCost: 0.04, abandoned: 1 })
    expect(late).toMatchObject({ billed: { no: 0, yes: 1, unknown: 1 }, expectedCost: 0 })
  })

  test('an attempt that took too long, and says what it used all the same', async () => {
    const clock = new VirtualClock()
    const account = openAccount({ prices })
    const calls = pipeline([timeout({ attemptMs: 100 })], { clock })
    const recording = recordEvents(calls)
    const operation = using({ images: 3 }, [{ value: 'late', afterMs: 900, deaf: true }])
    const call = ended(calls.execute(operation, { account, values: image }))
    await clock.advance(100)
    await call
    expect(account.report()).toMatchObject({ atWork: 1, orphans: 1, cost: 0, unknownCost: 0, expectedCost: 0.04 })
    await clock.run()
    expect(account.report()).toMatchObject({ atWork: 0, billed: { unknown: 1 }, usage: { images: 3 } })
    expect(account.report().unknownCost).toBeCloseTo(0.12, 12)
    expect(recording.events.filter(({ type }) => type === 'attempt.accounted')).toEqual([
      expect.objectContaining({ at: 900, model: 'painter', billed: 'unknown', usage: { images: 3 }, abandoned: true }),
    ])
  })

  test('a stream: when it has been read', async () => {
    const account = openAccount({ prices })
    const calls = pipeline([])
    const words = (context: CallContext): Promise<AsyncIterable<string>> => {
      const parts = async function* (): AsyncGenerator<string> {
        yield 'a'
        context.providerSaid({ usage: { images: 1 } })
        yield 'b'
      }
      return streamed(context, parts())
    }
    const stream = await calls.execute(words, { account, values: image })
    expect(account.report()).toMatchObject({ atWork: 1, orphans: 0, cost: 0, expectedCost: 0.04 })
    for await (const _ of stream);
    expect(account.report()).toMatchObject({ atWork: 0, cost: 0.04, expectedCost: 0, billed: { yes: 1 } })
  })

  test('an account in which nothing is at work is settled', async () => {
    expect(await openAccount().settled()).toMatchObject({ attempts: 0, atWork: 0, models: {} })
  })
})

describe('one account', () => {
  test('counts all pipelines in a function, and those of an open call', async () => {
    const account = openAccount({ prices })
    const inner = openAccount({ prices })
    const [first, second] = [pipeline([retry()]), standardPipeline()]
    const operation = using({ images: 1 }, [{ value: 1 }])
    const within = openCall()
    await withCallOptions({ account, values: one }, async () => {
      await first.execute(operation)
      await withCallOptions({ account: inner }, () => second.execute(operation))
      await first.execute(operation, { within })
      await first.execute(operation, { within, account })
    })
    within.end()
    await first.execute(operation)
    expect(account.report()).toMatchObject({ attempts: 4, usage: { images: 4 } })
    expect(inner.report()).toMatchObject({ attempts: 1, cost: 0.04 })
  })

  test('counts a call once that is made inside an attempt of another', async () => {
    const account = openAccount({ prices, maxCost: 0.05 })
    const [outer, client] = [pipeline([retry()]), pipeline([retry()])]
    const operation = scriptedOperation([{ value: 1 }])
    const inside = (): Promise<number> => client.execute(operation)
    await withCallOptions({ account, values: image }, async () => {
      expect(await outer.execute(inside)).toBe(1)
      expect(account.report()).toMatchObject({ attempts: 1, atWork: 0, cost: 0.04 })
      expect(await ended(outer.execute(inside))).toBeInstanceOf(CostLimitExceededError)
    })
    expect(account.report()).toMatchObject({ attempts: 1, requests: 1, hedged: 0, atWork: 0 })
    expect(operation.runs).toBe(1)
  })

  test('forgets an attempt that was admitted and did not begin', async () => {
    const count = accounting({ prices, maxCost: 0.05 })
    const calls = pipeline([count, timeout({ totalMs: () => 0 })])
    const operation = scriptedOperation([{ value: 1 }])
    await ended(calls.execute(operation, { values: image }))
    expect(count.snapshot()).toMatchObject({ attempts: 0, atWork: 0, expectedCost: 0 })
  })
})
