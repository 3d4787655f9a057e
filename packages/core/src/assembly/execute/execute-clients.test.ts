import { describe, expect, test } from 'vitest'
import {
  CostLimitExceededError,
  createContextKey,
  execute,
  openAccount,
  pipeline,
  registerPlugin,
  retry,
  standardPipeline,
  withCallOptions,
  type CallContext,
  type SpillwayEvent,
} from '../../index.ts'
import { ended } from '../../kernel/__fixtures__/ended.ts'
import { scriptedOperation, VirtualClock } from '../../testing.ts'
import { classifier, failure, fails, run, Said, scripted, type Scripted } from './__fixtures__/targets.ts'

describe('what reaches the clients', () => {
  const tenant = createContextKey('tenant', 'nobody')

  test('the deadline, the signal, the values and the account, without being told', async () => {
    const clock = new VirtualClock()
    const account = openAccount({ prices: { m: { perImage: 0.5 } } })
    const client = pipeline([retry()], { clock })
    const seen: unknown[] = []
    const draw = scriptedOperation([{ error: new Error('reset'), afterMs: 50 }, { value: 'a kite' }])
    const operation = (): Promise<string> =>
      client.execute((context: CallContext) => {
        seen.push([context.get(tenant), context.call.priority, context.remainingMs()])
        context.providerSaid({ usage: { images: 1 } })
        return draw(context)
      })
    const call = execute({
      primary: { name: 'gemini', operation, model: 'm' },
      fallbacks: [scripted('relay', { value: '' })],
      totalMs: 10_000,
      values: [[tenant, 'acme']],
      priority: 3,
      account,
      clock,
    })
    expect(await run(clock, call)).toMatchObject({ target: 'gemini', value: 'a kite' })
    expect(seen[0]).toEqual(['acme', 3, 5000])
    expect(account.report()).toMatchObject({ attempts: 2, requests: 2, usage: { images: 2 }, cost: 1 })
  })

  test("a client ends with its target's time, and its attempt is in the account", async () => {
    const clock = new VirtualClock()
    const client = standardPipeline({ clock, hedge: false })
    const hanging = scriptedOperation<string>([{ hang: true }])
    const call = execute({
      primary: { name: 'gemini', operation: () => client.execute(hanging), tryMs: 4000, costPerCall: 0.1 },
      fallbacks: [scripted('relay', { value: 'second' })],
      clock,
    })
    const answer = await run(clock, call)
    expect(answer).toMatchObject({ target: 'relay', durationMs: 4000 })
    expect(hanging.aborts).toHaveLength(1)
    expect(answer.account.report()).toMatchObject({ attempts: 2, abandoned: 1, billed: { unknown: 1, yes: 1 } })
    expect(client.state().inFlight).toBe(0)
  })

  test('a retry that could not be answered in time leaves it to the fallback', async () => {
    const clock = new VirtualClock()
    const client = pipeline([retry({ jitter: 'none' })], {
      clock,
      classifier: { error: () => ({ kind: 'throttled', retryAfterMs: 6000 }) },
    })
    const call = execute({
      primary: { name: 'gemini', operation: () => client.execute<string>(() => Promise.reject(new Error('429'))) },
      fallbacks: [scripted('relay', { value: 'second' })],
      totalMs: 10_000,
      clock,
    })
    expect(await run(clock, call)).toMatchObject({
      target: 'relay',
      durationMs: 0,
      tried: [{ verdict: { kind: 'throttled' } }],
    })
  })

  test('what surrounds the call holds inside as well', async () => {
    const clock = new VirtualClock()
    const account = openAccount()
    const around = new AbortController()
    const client = pipeline([], { clock })
    const hanging = scriptedOperation<string>([{ hang: true }])
    const call = withCallOptions({ account, signal: around.signal, totalMs: 500, clock }, () =>
      ended(
        execute({
          primary: { name: 'a', operation: () => client.execute<string>(() => Promise.reject(new Said('overloaded'))) },
          fallbacks: [{ name: 'b', operation: () => client.execute(hanging) }],
          clock,
        }),
      ),
    )
    await clock.run()
    expect(await call).toMatchObject({ code: 'ERR_SPILLWAY_NO_TARGET_ANSWERED', durationMs: 500 })
    expect(account.report()).toMatchObject({ attempts: 2, abandoned: 1, hedged: 0 })
  })
})

describe('money', () => {
  const prices = { pro: { perImage: 0.134 }, lite: { perImage: 0.034 } }
  const of = (model: string, target: Scripted<string>): Scripted<string> & { model: string } => ({
    ...target,
    model,
  })

  test('a target above the ceiling is not asked; a cheaper one answers', async () => {
    const clock = new VirtualClock()
    const account = openAccount({ prices, maxCost: 0.1 })
    const pro = of('pro', scripted('pro', { value: 'dear' }))
    const lite = of('lite', scripted('lite', { value: 'cheap' }))
    const call = execute({ primary: pro, fallbacks: [lite], expectedUsage: { images: 1 }, account, clock })
    expect(await run(clock, call)).toMatchObject({
      target: 'lite',
      tried: [
        {
          target: 'pro',
          verdict: { kind: 'rejected', sent: false },
          error: expect.any(CostLimitExceededError) as Error,
        },
      ],
    })
    expect(pro.operation.runs).toBe(0)
    expect(account.report()).toMatchObject({ attempts: 1, cost: 0.034 })
  })

  test('what the primary has spent leaves less for the fallbacks', async () => {
    const clock = new VirtualClock()
    const account = openAccount({ prices, maxCost: 0.15 })
    const lost = { error: () => ({ kind: 'transient', billed: 'unknown' }) as const }
    const [primary, relay, lite] = [of('pro', fails('a')), of('pro', fails('b')), of('lite', fails('c'))]
    const call = execute({
      primary,
      fallbacks: [relay, lite],
      expectedUsage: { images: 1 },
      account,
      classifier: lost,
      clock,
    })
    const error = await failure(clock, call)
    expect(error.tried.map(({ target, verdict: { kind } }) => `${target} ${kind}`)).toEqual([
      'a transient',
      'b rejected',
      'c rejected',
    ])
    expect(error.account.report()).toMatchObject({ requests: 1, unknownCost: 0.134, cost: 0 })
  })

  test('an operation that tells what it used needs no pipeline', async () => {
    const operation = async (context: CallContext): Promise<string> => {
      context.providerSaid({ usage: { images: 2 } })
      return 'two kites'
    }
    const answer = await execute({
      primary: { name: 'a', operation, model: 'lite', expectedUsage: { images: 1 } },
      account: openAccount({ prices }),
    })
    expect(answer.account.report()).toMatchObject({ attempts: 1, cost: 0.068, usage: { images: 2 } })
  })
})

test('plugins see the call, its targets as endpoints, and the fallback', async () => {
  const events: SpillwayEvent[] = []
  const clock = new VirtualClock()
  const unregister = registerPlugin({
    name: 'watch',
    attach: ({ name }) => (name === 'execute' ? { onEvent: (event) => void events.push(event) } : undefined),
  })
  const call = execute({ primary: fails('gemini'), fallbacks: [scripted('relay', { value: 'x' })], clock, classifier })
  await run(clock, call)
  unregister()
  expect(events.map(({ type, endpoint = '' }) => `${type} ${endpoint}`.trim())).toEqual([
    'call.started',
    'attempt.started gemini',
    'attempt.completed gemini',
    'attempt.accounted gemini',
    'attempt.started relay',
    'attempt.completed relay',
    'attempt.accounted relay',
    'fallback.used relay',
    'call.completed relay',
  ])
  expect(events.at(-2)).toMatchObject({ step: 0, verdict: 'overloaded', policy: 'execute' })
})
