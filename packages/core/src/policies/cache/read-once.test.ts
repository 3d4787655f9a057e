import { describe, expect, test } from 'vitest'
import { bulkhead, cache, failure, success, type CallContext } from '../../index.ts'
import { settle } from '../../testing.ts'
import { asking } from './__fixtures__/asking.ts'

describe('what one only can read', () => {
  test('is a stream: it goes to one, the others run by themselves, and each can end its own', async () => {
    const { ask, calls, clock, said } = asking([cache(), bulkhead({ maxConcurrency: 3 })])
    const opened: CallContext[] = []
    const operation = async (context: CallContext): Promise<string> => {
      await context.sleep(10)
      opened.push(context)
      const body = context.openBody()
      context.onAbort((reason) => body.end(failure(reason, { kind: 'canceled' })))
      return `stream ${opened.length}`
    }
    const caller = new AbortController()
    const answers = [ask('a', operation, caller.signal), ask('a', operation), ask('a', operation)]
    await clock.run()
    expect(await Promise.all(answers)).toEqual(['stream 1', 'stream 2', 'stream 3'])
    expect(calls.state()).toMatchObject({ inFlight: 3, policies: [{}, { state: { running: 3 } }] })
    caller.abort('closed')
    expect(opened.map(({ reason }) => reason)).toEqual(['closed', undefined, undefined])
    expect(opened[0]?.body?.ended).toBe(true)
    for (const context of opened) context.body?.end(success(undefined))
    expect(calls.state()).toMatchObject({
      inFlight: 0,
      policies: [{ state: { inFlight: 0 } }, { state: { running: 0 } }],
    })
    expect(said().map((event) => 'type' in event && event.type)).not.toContain('cache.stored')
  })

  test('is not ended by a caller who left before it began', async () => {
    const { ask, clock } = asking([cache()])
    const first = new AbortController()
    let context: CallContext | undefined
    const operation = async (given: CallContext): Promise<string> => {
      context = given
      await given.sleep(10)
      given.openBody()
      return 'stream'
    }
    const gone = ask('a', operation, first.signal)
    const reader = ask('a', operation)
    await settle()
    first.abort('gone')
    await clock.run()
    expect([await gone, await reader, context?.aborted]).toEqual(['gone', 'stream', false])
    context?.body?.end(success(undefined))
  })

  test.each<[string, () => unknown]>([
    ['a stream that has ended before it is handed over', () => 'plain'],
    ['a response', () => new Response('text')],
    ['a web stream', () => new ReadableStream()],
    ['an async iterable', () => (async function* () {})()],
    ['an iterator', () => [1].values()],
  ])('is also %s', async (name, make) => {
    const { ask, clock } = asking([cache()])
    let runs = 0
    const operation = async (context: CallContext): Promise<unknown> => {
      runs++
      await context.sleep(10)
      if (name.startsWith('a stream')) context.openBody().end(success(undefined))
      return make()
    }
    const answers = [ask('a', operation), ask('a', operation)]
    await clock.run()
    const [one, other] = await Promise.all(answers)
    if (typeof one === 'object') expect(one).not.toBe(other)
    const later = ask('a', operation)
    await clock.run()
    await later
    expect(runs).toBe(3)
  })
})
