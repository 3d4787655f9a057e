import { describe, expect, test } from 'vitest'
import {
  accounting,
  CostLimitExceededError,
  failover,
  InvalidOptionsError,
  openAccount,
  pipeline,
  expectedUsage,
  retry,
  standardPipeline,
  type Account,
  type Usage,
} from '../../index.ts'
import { recordEvents, scriptedOperation, VirtualClock } from '../../testing.ts'
import { prices, one, image, ended, using } from './__fixtures__/using.ts'

describe('the ceiling', () => {
  const failing = (): ReturnType<typeof scriptedOperation> => scriptedOperation([{ error: new Error('reset') }])

  test('refuses the attempt that should pass it, before it is sent, and retry stops', async () => {
    const account = openAccount({ prices, maxCost: 0.1 })
    const operation = failing()
    const clock = new VirtualClock()
    const calls = pipeline([retry()], { clock })
    const recording = recordEvents(calls)
    const call = ended(calls.execute(operation, { account, values: image }))
    await clock.run()
    const error = await call
    expect(error).toBeInstanceOf(CostLimitExceededError)
    expect(error).toMatchObject({
      code: 'ERR_SPILLWAY_COST_LIMIT_EXCEEDED',
      cost: 0.08,
      expectedCost: 0.04,
      maxCost: 0.1,
      verdict: { kind: 'rejected', sent: false, billed: 'no' },
    })
    expect(((error as Error).cause as Error).message).toBe('reset')
    expect((error as Error).message).toContain('0.08 of 0.1')
    expect(operation.runs).toBe(2)
    expect(recording.events.filter(({ type }) => type === 'cost.rejected')).toHaveLength(1)
  })

  test('may be met exactly, whatever the rounding', async () => {
    const account = openAccount({ prices: { painter: { perImage: 0.1 } }, maxCost: 0.3 })
    const operation = failing()
    await ended(
      pipeline([
        retry({ maxAttempts: 9, backoff: { next: () => ({ duration: 0, next: undefined as never }) } }),
      ]).execute(operation, { account, values: image }),
    )
    expect(operation.runs).toBe(3)
  })

  test('lets failover go to a cheaper endpoint', async () => {
    const account = openAccount({ maxCost: 0.05 })
    const endpoints = [
      { name: 'dear', costPerCall: 0.1 },
      { name: 'cheap', costPerCall: 0.03 },
    ]
    const operation = scriptedOperation([{ value: 1 }])
    await pipeline([failover({ endpoints })]).execute(operation, { account })
    expect(operation.started.map(({ endpoint }) => endpoint)).toEqual(['cheap'])
  })

  test('counts what is at work: two at once cannot both spend the rest', async () => {
    const account = openAccount({ prices, maxCost: 0.05 })
    const calls = pipeline([])
    const operation = scriptedOperation([{ hang: true }])
    void calls.execute(operation, { account, values: image })
    expect(await ended(calls.execute(operation, { account, values: image }))).toMatchObject({ cost: 0.04 })
    expect(operation.runs).toBe(1)
  })

  test('refuses everything when more was used than expected', async () => {
    const account = openAccount({ prices, maxCost: 0.05 })
    const calls = pipeline([])
    await calls.execute(using({ images: 2 }, [{ value: 1 }]), { account, values: image })
    expect(await ended(calls.execute(async () => 1, { account }))).toMatchObject({ cost: 0.08, expectedCost: 0 })
  })
})

describe('as a policy', () => {
  test('has a ceiling for each call, and the totals of all', async () => {
    const count = accounting({
      prices,
      maxCost: 0.05,
      requestedModel: () => 'painter',
      expectedUsage: () => ({ images: 1 }),
    })
    const calls = pipeline([retry({ backoff: { next: () => ({ duration: 0, next: undefined as never }) } }), count])
    const operation = scriptedOperation([{ error: new Error('reset') }])
    for (const _ of [1, 2, 3]) expect(await ended(calls.execute(operation))).toBeInstanceOf(CostLimitExceededError)
    expect(operation.runs).toBe(3)
    expect(calls.state().policies[1]).toMatchObject({ name: 'accounting', state: { attempts: 3, unknownCost: 0.12 } })
  })

  test('says of each attempt what it was, without a word of what was asked', async () => {
    const calls = standardPipeline({ endpoints: [{ name: 'official', model: 'painter' }], accounting: { prices } })
    const recording = recordEvents(calls)
    await calls.execute(using({ images: 1 }, [{ value: 'a kite' }]))
    expect(recording.events.filter(({ type }) => type === 'attempt.accounted')).toEqual([
      {
        type: 'attempt.accounted',
        policy: 'accounting',
        at: expect.any(Number) as number,
        pipeline: 'standard',
        callId: 1,
        attempt: 1,
        endpoint: 'official',
        model: 'painter',
        billed: 'yes',
        usage: { images: 1 },
        cost: 0.04,
        abandoned: false,
      },
    ])
  })

  test('tells of an attempt once, also where the call has an account', async () => {
    const calls = pipeline([accounting({ prices })])
    const recording = recordEvents(calls)
    const account = openAccount()
    await calls.execute(using({ images: 1 }, [{ value: 1 }]), { account, values: one })
    expect(recording.events.filter(({ type }) => type === 'attempt.accounted')).toMatchObject([
      { policy: 'accounting' },
    ])
    expect(account.report()).toMatchObject({ attempts: 1, usage: { images: 1 } })
  })

  test('a rule that throws is reported, and the attempt goes on', async () => {
    const broken = (): never => {
      throw new RangeError('no')
    }
    const count = accounting({ prices, expectedUsage: broken, requestedModel: broken })
    const calls = pipeline([count])
    const recording = recordEvents(calls)
    expect(await calls.execute(async () => 'done', { values: image })).toBe('done')
    expect(count.snapshot()).toMatchObject({ attempts: 1, cost: 0.04 })
    expect(recording.events.filter(({ type }) => type === 'diagnostic.reported')).toHaveLength(2)
  })

  test('usage that is no number counts as none', async () => {
    const count = accounting({ prices })
    const wrong = { images: NaN, inputTokens: 'many', outputTokens: -5 } as unknown as Usage
    await pipeline([count]).execute(using(wrong, [{ value: 1 }]), { values: [...one, [expectedUsage, wrong]] })
    expect(count.snapshot()).toMatchObject({ attempts: 1, cost: 0, usage: {} })
    expect(count.snapshot().usage).toEqual({})
  })
})

test.each([
  [{ maxCost: -1 }, '.maxCost'],
  [{ maxCost: '5' }, '.maxCost'],
  [{ prices: [] }, '.prices'],
  [{ prices: { m: { perImage: NaN } } }, ".prices['m'].perImage"],
  [{ prices: { m: { perPicture: 1 } } }, ".prices['m'].perPicture"],
  [{ price: {} }, '.price'],
])('a wrong option is said at once: %o', (options, message) => {
  for (const make of [openAccount, accounting]) {
    expect(() => make(options as never)).toThrow(InvalidOptionsError)
    expect(() => make(options as never)).toThrow(make.name + message)
  }
})

test('an account that is none is refused', async () => {
  const operation = scriptedOperation([{ value: 1 }])
  expect(await ended(pipeline([]).execute(operation, { account: {} as Account }))).toBeInstanceOf(InvalidOptionsError)
  expect(operation.runs).toBe(0)
})
