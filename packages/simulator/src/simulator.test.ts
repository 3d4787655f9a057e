import { createServer, request as httpRequest } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, test } from 'vitest'
import { CONTENTS, GENERATE, chat, post, start } from './__fixtures__/wire.ts'
import type { Clock } from './clock.ts'
import { presets } from './scenario/presets.ts'
import { type Simulator, createSimulator } from './simulator.ts'

describe('requests that make no sense', () => {
  test.each([
    [GENERATE, '{"contents":', 400, 'INVALID_ARGUMENT'],
    [GENERATE, '[]', 400, 'INVALID_ARGUMENT'],
    [GENERATE, '{}', 400, 'INVALID_ARGUMENT'],
    ['/v1beta/models/x:countFish', '{}', 404, 'NOT_FOUND'],
    ['/v1beta/%zz', '{}', 404, 'NOT_FOUND'],
    ['/v1/chat/completions', '{', 400, 'invalid_request_error'],
    ['/v1/chat/completions', '{"model":"m","messages":[]}', 400, 'invalid_request_error'],
    ['/v1/images/generations', '{"model":"m","prompt":"x","n":99}', 400, 'invalid_request_error'],
    ['/v1/fish', '{}', 404, 'invalid_request_error'],
    ['//', '{}', 404, 'invalid_request_error'],
  ])('%s with %s is refused in the words of its provider', async (path, body, status, word) => {
    const { url } = await start()
    const response = await post(url + path, body)
    expect(response.status).toBe(status)
    expect(await response.text()).toContain(word)
  })

  test('a body beyond the limit is refused, announced or not', async () => {
    const { url } = await start()
    const big = 'x'.repeat(21 * 2 ** 20)
    const status = await new Promise((resolve, reject) => {
      const request = httpRequest(url + GENERATE, { method: 'POST' }, (response) => {
        response.resume()
        resolve(response.statusCode)
      })
      request.on('error', reject)
      request.write(big)
      request.end()
    })
    expect(status).toBe(413)
  })

  test('keys are asked for where they are required', async () => {
    const { url } = await start({ ...presets.instant, keys: ['right'] })
    expect((await chat(url)).status).toBe(401)
    expect((await chat(url, { authorization: 'Bearer wrong' })).status).toBe(401)
    expect((await chat(url, { authorization: 'Bearer right' })).status).toBe(200)
    expect((await post(url + GENERATE, CONTENTS)).status).toBe(403)
    const wrong = await post(`${url}${GENERATE}?key=wrong`, CONTENTS)
    expect(wrong.status).toBe(400)
    expect(await wrong.text()).toContain('API_KEY_INVALID')
    expect((await post(`${url}${GENERATE}?key=right`, CONTENTS)).status).toBe(200)
  })

  test('a model that is not served is not found', async () => {
    const { url } = await start({ ...presets.instant, models: ['gpt-5'] })
    expect((await post(url + GENERATE, CONTENTS)).status).toBe(404)
    expect((await chat(url)).status).toBe(200)
    expect(await (await fetch(`${url}/v1/models`)).json()).toMatchObject({ data: [{ id: 'gpt-5' }] })
  })
})

describe('endpoints', () => {
  test('have a script, a capacity and counters of their own', async () => {
    const { url, simulator } = await start({ ...presets.instant, endpoints: { relay: {}, gemini: {} } })
    simulator.script([{ fault: 'overloaded', times: 3 }], 'relay')
    expect((await chat(`${url}/e/relay`)).status).toBe(503)
    expect((await post(`${url}/e/gemini${GENERATE}`, CONTENTS)).status).toBe(200)
    const counters = (await (await fetch(`${url}/simulator/counters`)).json()) as ReturnType<Simulator['counters']>
    expect(counters.total).toMatchObject({ requests: 2, outcomes: { overloaded: 1, ok: 1 } })
    expect(counters.endpoints['relay']).toMatchObject({ requests: 1, outcomes: { overloaded: 1 } })
    expect(counters.endpoints['default']).toMatchObject({ requests: 0 })
    expect(await (await fetch(`${url}/simulator/state`)).json()).toMatchObject({ relay: { scriptedReplies: 2 } })
  })

  test('that do not exist are named', async () => {
    const { url, simulator } = await start()
    const response = await chat(`${url}/e/moon`)
    expect(response.status).toBe(404)
    expect(await response.text()).toContain('no endpoint \\"moon\\". It has: default.')
    expect(() => simulator.script([], 'moon')).toThrow(/no endpoint "moon" to script/)
  })
})

describe('counters', () => {
  test('hold no prompt and no key', async () => {
    const { url } = await start()
    await chat(url, { authorization: 'Bearer sk-secret' })
    const text = await (await fetch(`${url}/simulator/counters`)).text()
    expect(text).not.toMatch(/sk-secret|rivers/)
  })

  test('tell how often each prompt was made', async () => {
    const { url, simulator } = await start()
    const draw = (prompt: string): Promise<Response> => post(`${url}/v1/images/generations`, { model: 'i', prompt })
    for (const prompt of ['a', 'b', 'a', 'a']) await draw(prompt)
    expect(simulator.counters().total).toMatchObject({
      images: 4,
      distinctPrompts: 2,
      promptsByTimesMade: { '1': 1, '3': 1 },
    })
  })

  test('a client that leaves is counted, and its work as wasted', async () => {
    const { url, simulator } = await start({}, { timeScale: 100 })
    const gone = new AbortController()
    const call = post(`${url}/v1/images/generations`, { model: 'i', prompt: 'a' }, {}, gone.signal)
    while (simulator.state()['default']!.running === 0) await new Promise((resolve) => setTimeout(resolve, 2))
    gone.abort()
    await expect(call).rejects.toThrow(/abort/)
    while (simulator.counters().total.generations.completed === 0)
      await new Promise((resolve) => setTimeout(resolve, 5))
    const { outcomes, generations, upstreamSeconds } = simulator.counters().total
    expect(outcomes).toEqual({ disconnected: 1 })
    expect(generations).toEqual({ started: 1, completed: 1, abandoned: 1 })
    expect(upstreamSeconds.useful).toBe(0)
    expect(upstreamSeconds.wasted).toBeGreaterThanOrEqual(20)
  })
})

describe('a client that leaves an endless answer', () => {
  test('leaves no timer behind', async () => {
    const live = new Set<number>()
    let next = 0
    const clock: Clock = {
      now: () => performance.now(),
      setTimer(ms, fn) {
        const id = next++
        live.add(id)
        const timer = setTimeout(() => {
          live.delete(id)
          fn()
        }, ms)
        return () => {
          live.delete(id)
          clearTimeout(timer)
        }
      },
    }
    const replies = [{ fault: 'heartbeatsOnly', everyMs: 60_000 }] as const
    const { url } = await start({ ...presets.instant, replies }, { clock })
    const gone = new AbortController()
    const response = await post(url + GENERATE, CONTENTS, {}, gone.signal)
    expect(response.status).toBe(200)
    expect(live.size).toBe(1)
    gone.abort()
    await expect.poll(() => live.size).toBe(0)
  })
})

describe('a server', () => {
  test('says when its port is in use, and what to do', async () => {
    const other = createServer().listen(0, '127.0.0.1')
    await new Promise((resolve) => other.once('listening', resolve))
    const { port } = other.address() as AddressInfo
    const simulator = createSimulator()
    await expect(simulator.listen(port)).rejects.toMatchObject({
      code: 'ERR_SPILLWAY_SIMULATOR_PORT_IN_USE',
      message: `Port ${port} on 127.0.0.1 is in use. Stop what uses it, or listen on port 0 to get a free one.`,
    })
    await simulator.close()
    await new Promise((resolve) => other.close(resolve))
  })

  test('closes at once, with requests and streams under way, and can be closed again', async () => {
    const { url, simulator } = await start({ replies: [{ fault: 'hang' }] })
    const hanging = chat(url).catch((error: unknown) => error)
    const slow = post(url + GENERATE, CONTENTS).catch((error: unknown) => error)
    while (simulator.counters().total.requests < 2) await new Promise((resolve) => setTimeout(resolve, 2))
    const before = performance.now()
    await simulator.close()
    await simulator.close()
    expect(performance.now() - before).toBeLessThan(500)
    expect(await hanging).toBeInstanceOf(TypeError)
    expect(await slow).toBeInstanceOf(TypeError)
    await expect(simulator.listen()).rejects.toMatchObject({ code: 'ERR_SPILLWAY_SIMULATOR_CLOSED' })
  })

  test('may let model time wait for the first request', async () => {
    const { url, simulator } = await start({ startClock: 'firstRequest' }, { timeScale: 1000 })
    await fetch(`${url}/simulator/counters`)
    await new Promise((resolve) => setTimeout(resolve, 5))
    expect(simulator.counters().atMs).toBe(0)
    await chat(url)
    expect(simulator.counters().atMs).toBeGreaterThan(0)
  })
})
