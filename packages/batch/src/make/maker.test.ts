import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createSimulator, presets, readImagePrompt, type Scenario, type Simulator } from '@spillway/simulator'
import { afterEach, describe, expect, it } from 'vitest'
import type { BatchItem } from '../input/item.ts'
import type { AttemptEnd, AttemptListener } from './make.ts'
import { createMaker, type Maker, type MakerOptions } from './maker.ts'
import { geminiPlace } from './place/gemini-place.ts'
import { openaiPlace } from './place/openai-place.ts'

const open: { close(): unknown }[] = []
afterEach(async () => {
  for (const each of open.splice(0)) await each.close()
})

const start = async (scenario: Scenario = presets.instant): Promise<{ simulator: Simulator; url: string }> => {
  const simulator = createSimulator({ ...scenario, imageSizePx: 32 }, { timeScale: 1000 })
  open.push(simulator)
  const { url } = await simulator.listen()
  return { simulator, url }
}

const makerOf = (options: MakerOptions): Maker => {
  const maker = createMaker(options)
  open.push({ close: () => maker.dispose() })
  return maker
}

const ITEM: BatchItem = { id: 'one', line: 1, fingerprint: 'f', prompt: 'A heron at dawn', settings: {} }
const apiKey = 'a-key-of-somebody'
const gemini = (baseUrl: string, name = 'gemini') => geminiPlace({ name, apiKey, baseUrl, model: 'banana-image' })
const relay = (url: string) => openaiPlace({ name: 'relay', apiKey, baseUrl: `${url}/v1`, model: 'relayed' })

/** What the listener has heard, in order. */
const listener = (sending: AttemptListener['sending'] = () => undefined) => {
  const heard: string[] = []
  const ends: AttemptEnd[] = []
  const attempts: AttemptListener = {
    sending(attempt) {
      heard.push(`sending ${attempt.endpoint} ${attempt.model}`)
      return sending(attempt)
    },
    ended(end) {
      ends.push(end)
      heard.push(`ended ${end.endpoint} ${end.verdict} ${end.status ?? '-'} ${end.billed}`)
    },
  }
  return { attempts, heard, ends }
}

/** As a store of ours fails: nothing was sent, and a pipeline would try once more. */
const tryAgain = (): Error =>
  Object.assign(new Error('disk full'), {
    isSpillwayError: true,
    code: 'ERR_SPILLWAY_TEST',
    verdict: { kind: 'transient', sent: false, billed: 'no' },
  })

const signal = (): AbortSignal => AbortSignal.timeout(20_000)

describe('a maker', () => {
  it.each(['gemini', 'relay'] as const)(
    'makes a picture at a %s place, and every request is heard of',
    async (kind) => {
      const { url, simulator } = await start({ replies: [{ fault: 'overloaded', retryAfterMs: 5 }] })
      const maker = makerOf({ places: [kind === 'gemini' ? gemini(url) : relay(url)] })
      const { attempts, heard, ends } = listener()
      const made = await maker.make(ITEM, { signal: signal(), attempts })
      const model = kind === 'gemini' ? 'banana-image' : 'relayed'
      expect(readImagePrompt(made.images[0]?.bytes as Uint8Array)).toEqual({ prompt: ITEM.prompt, model })
      expect(made).toMatchObject({ endpoint: kind, model, usage: { images: 1 } })
      expect(heard).toEqual([
        `sending ${kind} ${model}`,
        `ended ${kind} overloaded 503 no`,
        `sending ${kind} ${model}`,
        `ended ${kind} success - yes`,
      ])
      expect(ends[0]?.tookMs).toBeGreaterThan(0)
      expect(simulator.counters().total).toMatchObject({ requests: 2, images: 1 })
    },
  )

  it('asks the place of another protocol when the first one fails', async () => {
    const { url, simulator } = await start({
      endpoints: { official: { phases: [{ kind: 'outage', fault: 'overloaded' }] }, relay: {} },
    })
    const maker = makerOf({ places: [gemini(`${url}/e/official`), relay(`${url}/e/relay`)] })
    const { attempts, heard } = listener()
    const made = await maker.make(ITEM, { signal: signal(), attempts })
    expect(made).toMatchObject({ endpoint: 'relay', model: 'relayed' })
    expect(heard.at(-1)).toBe('ended relay success - yes')
    expect(simulator.counters().endpoints['relay']).toMatchObject({ images: 1 })
  })

  it.each([
    ['rejects', () => Promise.reject(new Error('disk full'))],
    ['rejects with what could be tried again', () => Promise.reject(tryAgain())],
    [
      'throws at once',
      () => {
        throw new Error('disk full')
      },
    ],
  ])('sends nothing when the listener %s, and tries no other way', async (_, sending) => {
    const { url, simulator } = await start()
    const maker = makerOf({ places: [gemini(url), relay(url)] })
    const { attempts, heard } = listener(sending)
    await expect(maker.make(ITEM, { signal: signal(), attempts })).rejects.toThrow('disk full')
    expect(heard).toEqual(['sending gemini banana-image'])
    expect(simulator.counters().total.requests).toBe(0)
  })

  it('does not send before the listener has finished', async () => {
    const { url, simulator } = await start()
    const written = Promise.withResolvers<void>()
    const maker = makerOf({ places: [gemini(url)] })
    const making = maker.make(ITEM, { signal: signal(), ...listener(() => written.promise) })
    await new Promise((resolve) => setImmediate(resolve))
    expect(simulator.counters().total.requests).toBe(0)
    written.resolve()
    expect((await making).images).toHaveLength(1)
  })

  it('asks for no second picture while nobody knows what became of the first', async () => {
    const { url, simulator } = await start({ replies: [{ fault: 'connectionReset' }] })
    const maker = makerOf({ places: [gemini(url), relay(url)] })
    const { attempts, heard } = listener()
    await expect(maker.make(ITEM, { signal: signal(), attempts })).rejects.toThrow('fetch failed')
    expect(heard).toEqual(['sending gemini banana-image', 'ended gemini transient - unknown'])
    expect(simulator.counters().total.requests).toBe(1)
  })

  it('carries one key for an item to a relay, so that a second ask makes nothing twice', async () => {
    const { url, simulator } = await start({ replies: [{ fault: 'reset', afterChunks: 0 }] })
    const maker = makerOf({ places: [relay(url)] })
    const options = { signal: signal(), attempts: listener().attempts, idempotencyKey: 'run-1 one' }
    await expect(maker.make(ITEM, options)).rejects.toThrow('Connection error')
    expect((await maker.make(ITEM, options)).images).toHaveLength(1)
    expect(simulator.counters().total).toMatchObject({ requests: 2, images: 1, outcomes: { replayed: 1 } })
  })

  it.each([
    ['textOnly', /^gemini answered without a picture/],
    ['blockedPrompt', /^gemini withheld the picture \(\w+\)/],
  ] as const)('says in words that there is no picture: %s', async (fault, words) => {
    const { url } = await start({ replies: [{ fault, times: 9 }] })
    const maker = makerOf({ places: [gemini(url)] })
    const failed = maker.make(ITEM, { signal: signal(), attempts: listener().attempts })
    await expect(failed).rejects.toThrow(words)
    await expect(failed).rejects.toMatchObject({ code: 'ERR_SPILLWAY_BATCH_NO_IMAGE' })
  })

  it('ends with the reason of whoever ends it', async () => {
    const { url } = await start({ replies: [{ fault: 'hang' }] })
    const maker = makerOf({ places: [gemini(url)] })
    const leaving = new AbortController()
    const { attempts, heard } = listener(() => void setImmediate(() => leaving.abort(new Error('enough'))))
    await expect(maker.make(ITEM, { signal: leaving.signal, attempts })).rejects.toThrow('enough')
    await expect.poll(() => heard.at(-1)).toBe('ended gemini canceled - unknown')
  })

  it('says of a request that took too long that nobody knows whether it is billed', async () => {
    const { url } = await start({ replies: [{ fault: 'hang' }] })
    const maker = makerOf({ places: [gemini(url)], policy: { timeout: { attemptMs: 50 } } })
    const { attempts, heard } = listener()
    await expect(maker.make(ITEM, { signal: signal(), attempts })).rejects.toThrow(/50 ms/)
    await expect.poll(() => heard.at(-1)).toBe('ended gemini transient - unknown')
  })

  it('knows the phases of a request: a limit on the connection does not end a picture in the making', async () => {
    const serviceTime = { image: { minMs: 400_000, meanMs: 400_000, maxMs: 400_000 } }
    const { url } = await start({ serviceTime, replies: [{ fault: 'none' }, { fault: 'hang' }] })
    const patient = makerOf({ places: [gemini(url)], policy: { timeout: { connectMs: 200 } } })
    const { attempts } = listener()
    expect((await patient.make(ITEM, { signal: signal(), attempts })).images).toHaveLength(1)
    const hasty = makerOf({ places: [gemini(url)], policy: { timeout: { firstByteMs: 100 } } })
    await expect(hasty.make(ITEM, { signal: signal(), attempts })).rejects.toThrow(/100 ms/)
  })

  it('reads pictures out of chat completions, and does not follow addresses', async () => {
    const link = (url: string) => ({ choices: [{ message: { images: [{ image_url: { url } }] } }] })
    const png = 'data:image/png;base64,iVBORw0KGgo='
    const inWords = { choices: [{ message: { content: `Here it is: ![](${png})` } }] }
    const answers = [link(png), inWords, link('https://pictures.example/1.png')]
    const bodies: unknown[] = []
    const server = createServer((request, response) => {
      const answer = (parts: Buffer[]): void => {
        bodies.push({ path: request.url, ...JSON.parse(Buffer.concat(parts).toString()) })
        response.setHeader('content-type', 'application/json').end(JSON.stringify(answers.shift()))
      }
      void request.toArray().then(answer)
    }).listen(0, '127.0.0.1')
    open.push(server)
    await new Promise((resolve) => server.once('listening', resolve))
    const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`
    const maker = makerOf({ places: [openaiPlace({ name: 'chat', apiKey, baseUrl, model: 'm', api: 'chat' })] })
    const { attempts } = listener()
    const item = { ...ITEM, settings: { quality: 'high', stream: true, model: 'other' } }
    const made = await maker.make(item, { signal: signal(), attempts })
    expect(made.images[0]).toMatchObject({ mimeType: 'image/png' })
    expect(bodies[0]).toMatchObject({
      path: '/v1/chat/completions',
      model: 'm',
      quality: 'high',
      stream: false,
      messages: [{ role: 'user', content: ITEM.prompt }],
    })
    expect((await maker.make(item, { signal: signal(), attempts })).images).toHaveLength(1)
    await expect(maker.make(item, { signal: signal(), attempts })).rejects.toThrow('addresses are not followed')
  })
})
