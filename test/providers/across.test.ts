// One call across providers: Gemini's own API, a relay that speaks OpenAI's, a cheaper model. Official clients, real sockets;
// what was asked is counted at the server.
import { GoogleGenAI } from '@google/genai'
import {
  CostLimitExceededError,
  execute,
  NoTargetAnsweredError,
  openAccount,
  standardPipeline,
  streamed,
  withCallOptions,
  type Account,
  type CallContext,
  type Target,
} from '@spillway/core'
import { imagesOf, pipelineOf, resilient as resilientGemini, type StandardChoice } from '@spillway/gemini'
import { resilient as resilientOpenAI } from '@spillway/openai'
import { createSimulator, readImagePrompt, type ScriptedReply, type Simulator } from '@spillway/simulator'
import OpenAI from 'openai'
import { describe, expect, onTestFinished, test } from 'vitest'
import { QUICK, rejection } from './gemini-world.ts'

const PRO = 'gemini-3-pro-image'
const RELAYED = 'gpt-image-1'
const LITE = 'gemini-3.1-flash-lite-image'
const prices = { [PRO]: { perImage: 0.134 }, [RELAYED]: { perImage: 0.08 }, [LITE]: { perImage: 0.034 } }
const prompt = 'A red kite'

interface World {
  readonly simulator: Simulator
  readonly gemini: GoogleGenAI
  readonly relay: OpenAI
  readonly targets: {
    readonly primary: Target<'gemini', Uint8Array | undefined>
    readonly fallbacks: readonly [Target<'relay', Uint8Array>, Target<'lite', Uint8Array | undefined>]
  }
}

/** Three providers behind one server; 30 s of the model are 30 ms. */
const world = async (
  google: readonly ScriptedReply[],
  relayed: readonly ScriptedReply[] = [],
  options: StandardChoice = {},
): Promise<World> => {
  const endpoints = { google: { replies: google }, relay: { replies: relayed }, lite: {} }
  const simulator = createSimulator({ endpoints, imageSizePx: 64 }, { timeScale: 1000 })
  onTestFinished(() => simulator.close())
  const { url } = await simulator.listen()
  const own = { retry: { ...QUICK, maxAttempts: 3 } }
  const geminiAt = (name: string, more: StandardChoice = {}): GoogleGenAI =>
    resilientGemini(new GoogleGenAI({ apiKey: 'key', httpOptions: { baseUrl: `${url}/e/${name}` } }), {
      ...own,
      ...more,
    })
  const gemini = geminiAt('google', options)
  const lite = geminiAt('lite')
  const relay = resilientOpenAI(new OpenAI({ apiKey: 'key', baseURL: `${url}/e/relay/v1` }), own)

  const drawWith = (client: GoogleGenAI, model: string) => async (): Promise<Uint8Array | undefined> => {
    const response = await client.models.generateContent({ model, contents: prompt })
    return imagesOf(response)[0]?.bytes
  }
  const drawAtRelay = async (): Promise<Uint8Array> => {
    const { data } = await relay.images.generate({ model: RELAYED, prompt })
    return Buffer.from(data?.[0]?.b64_json ?? '', 'base64')
  }
  return {
    simulator,
    gemini,
    relay,
    targets: {
      primary: { name: 'gemini', model: PRO, operation: drawWith(gemini, PRO) },
      fallbacks: [
        { name: 'relay', model: RELAYED, operation: drawAtRelay },
        { name: 'lite', model: LITE, operation: drawWith(lite, LITE) },
      ],
    },
  }
}

/** Requests by provider, as each of them has counted. */
const asked = (simulator: Simulator): Record<string, number> => {
  const { endpoints } = simulator.counters()
  return Object.fromEntries(['google', 'relay', 'lite'].map((name) => [name, endpoints[name]?.requests ?? 0]))
}

const account = (maxCost = Infinity): Account => openAccount({ prices, maxCost })
const expectedUsage = { images: 1 }
const busy = (times: number): ScriptedReply => ({ fault: 'overloaded', times })

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
    const drawing = withCallOptions({ account: tight, values: [] }, async () => {
      await relay.images.generate({ model: RELAYED, prompt })
      return relay.images.generate({ model: RELAYED, prompt })
    })
    await drawing
    const late = await rejection(
      withCallOptions({ account: tight }, () => gemini.models.generateContent({ model: PRO, contents: prompt })),
    )
    // Nothing was expected of the second picture, so that only what was used by then could refuse the third.
    expect(late).toMatchObject({ name: 'CostLimitExceededError', cost: 0.16, maxCost: 0.1 })
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
