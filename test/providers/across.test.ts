// One call across providers: official clients, real sockets; what was asked is counted at the server.
import { execute, NoTargetAnsweredError, streamed, type CallContext } from '@spillway/core'
import { readImagePrompt } from '@spillway/simulator'
import { describe, expect, test } from 'vitest'
import { rejection } from './gemini-world.ts'
import { account, asked, busy, expectedUsage, PRO, prompt, RELAYED, world, type World } from './across-world.ts'

describe('who answers', () => {
  test('the primary: nobody else is asked, and the answer costs what one picture costs', async () => {
    const { simulator, targets } = await world([])
    const answer = await execute({ ...targets, expectedUsage, account: account() })
    expect(answer).toMatchObject({ target: 'gemini', tried: [] })
    expect(readImagePrompt(Buffer.from(answer.value ?? []))).toMatchObject({ prompt, model: PRO })
    expect(asked(simulator)).toEqual({ google: 1, relay: 0, lite: 0 })
    expect(answer.account.report()).toMatchObject({
      attempts: 1,
      requests: 1,
      cost: 0.134,
      unknownCost: 0,
      unpriced: 0,
    })
    expect(answer.account.report().usage).toMatchObject({ images: 1 })
  })

  test('the relay, in another protocol, when the primary is overloaded to the end', async () => {
    const { simulator, targets } = await world([busy(9)])
    const answer = await execute({ ...targets, expectedUsage, account: account() })
    expect(answer).toMatchObject({ target: 'relay', tried: [{ target: 'gemini', verdict: { kind: 'overloaded' } }] })
    expect(readImagePrompt(Buffer.from(answer.value ?? []))).toMatchObject({ prompt, model: RELAYED })
    expect(asked(simulator)).toEqual({ google: 3, relay: 1, lite: 0 })
    const { attempts, cost, billed, models } = answer.account.report()
    expect({ attempts, cost, billed }).toEqual({ attempts: 4, cost: 0.08, billed: { no: 3, yes: 1, unknown: 0 } })
    expect(models).toMatchObject({ [PRO]: { attempts: 3, cost: 0 }, [RELAYED]: { attempts: 1, cost: 0.08 } })
  })

  // hard case: cheaper-model (openai, gemini)
  test('the cheaper model, when the relay has spent its credit', async () => {
    const { simulator, targets } = await world([busy(9)], [{ fault: 'creditExhausted', times: 9 }])
    const answer = await execute({ ...targets, expectedUsage, account: account() })
    expect(answer.target).toBe('lite')
    expect(answer.tried.map(({ target, verdict: { kind } }) => `${target} ${kind}`)).toEqual([
      'gemini overloaded',
      'relay quota_exhausted',
    ])
    expect(asked(simulator)).toEqual({ google: 3, relay: 1, lite: 1 })
    expect(answer.account.report().cost).toBeCloseTo(0.034, 12)
  })

  test('nobody, when the prompt is blocked: it goes to no other provider', async () => {
    const { simulator, targets } = await world([{ fault: 'invalidRequest' }])
    const error = await rejection(execute({ ...targets, expectedUsage, account: account() }))
    expect(error).toBeInstanceOf(NoTargetAnsweredError)
    expect(error).toMatchObject({ verdict: { kind: 'request_failed' }, cause: { name: 'ApiError' } })
    expect(asked(simulator)).toEqual({ google: 1, relay: 0, lite: 0 })
  })

  test('another one, when a provider hangs: within its part of the time, and the socket is closed', async () => {
    const { simulator, targets } = await world([{ fault: 'hang', times: 9 }])
    const answer = await execute({
      ...targets,
      primary: { ...targets.primary, tryMs: 200 },
      expectedUsage,
      account: account(),
    })
    expect(answer.target).toBe('relay')
    expect(answer.durationMs).toBeGreaterThanOrEqual(200)
    const report = await answer.account.settled()
    expect(report).toMatchObject({ requests: 2, abandoned: 1, atWork: 0, billed: { no: 0, yes: 1, unknown: 1 } })
    expect(report.unknownCost).toBeCloseTo(0.134, 12)
    expect(asked(simulator)).toEqual({ google: 1, relay: 1, lite: 0 })
  })
})

describe('a stream', () => {
  const targetsOf = ({ gemini, relay }: World) => ({
    primary: {
      name: 'gemini',
      operation: async (context: CallContext) => {
        const stream = await gemini.models.generateContentStream({ model: 'gemini-3.8-flash', contents: 'Hi' })
        const texts = async function* () {
          for await (const { text = '' } of stream) yield text
        }
        return streamed(context, texts())
      },
    },
    fallbacks: [
      {
        name: 'relay',
        operation: async (context: CallContext) => {
          const messages = [{ role: 'user' as const, content: 'Hi' }]
          const stream = await relay.chat.completions.create({ model: 'gpt-5', messages, stream: true })
          const texts = async function* () {
            for await (const { choices } of stream) yield choices[0]?.delta.content ?? ''
          }
          return streamed(context, texts())
        },
      },
    ],
  })

  test('that fails before its first content is left to the relay; the reader sees one of them', async () => {
    const made = await world([{ fault: 'inBandError', afterChunks: 0, times: 9 }])
    const answer = await execute(targetsOf(made))
    let text = ''
    for await (const part of answer.value) text += part
    expect(answer.target).toBe('relay')
    expect(text.length).toBeGreaterThan(0)
    expect(asked(made.simulator)).toEqual({ google: 3, relay: 1, lite: 0 })
    expect(await answer.account.settled()).toMatchObject({ atWork: 0, billed: { yes: 1 } })
  })

  test('is in the account when it has been read', async () => {
    const made = await world([])
    const answer = await execute(targetsOf(made))
    expect(answer.target).toBe('gemini')
    expect(answer.account.report()).toMatchObject({ attempts: 1, atWork: 1 })
    for await (const _ of answer.value);
    const { atWork, usage } = await answer.account.settled()
    expect(atWork).toBe(0)
    expect(usage['outputTokens']).toBeGreaterThan(0)
  })

  test("ends with its caller's abort, in the middle, and its socket with it", async () => {
    const made = await world([{ fault: 'stall', afterChunks: 2 }])
    const caller = new AbortController()
    const answer = await execute({ ...targetsOf(made), signal: caller.signal })
    let parts = 0
    const reading = (async () => {
      for await (const _ of answer.value) if (++parts === 1) caller.abort(new Error('gone'))
    })()
    await rejection(reading)
    expect(await answer.account.settled()).toMatchObject({ atWork: 0, abandoned: 1 })
    expect(asked(made.simulator)).toEqual({ google: 1, relay: 0, lite: 0 })
  })
})
