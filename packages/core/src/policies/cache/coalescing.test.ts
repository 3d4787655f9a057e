import { describe, expect, test } from 'vitest'
import { cache, constantBackoff, retry, timeout, type CallContext } from '../../index.ts'
import { scriptedOperation, settle } from '../../testing.ts'
import { asking } from './__fixtures__/asking.ts'

const shares = { ttlMs: 0, staleIfErrorMs: 0 }

describe('identical calls in flight', () => {
  test('share one piece of work and one answer, by identity', async () => {
    const { ask, clock, said } = asking([cache(shares)])
    const value = { picture: 1 }
    const operation = scriptedOperation([{ value, afterMs: 100 }])
    const answers = Promise.all([ask('a', operation), ask('a', operation), ask('a', operation)])
    await clock.run()
    for (const answer of await answers) expect(answer).toBe(value)
    expect(operation.runs).toBe(1)
    expect(said()).toEqual([
      { type: 'cache.missed', at: 0, callId: 1 },
      { type: 'cache.coalesced', at: 0, callId: 2, leader: 1, waiting: 2 },
      { type: 'cache.coalesced', at: 0, callId: 3, leader: 1, waiting: 3 },
    ])
    const later = ask('a', operation)
    await clock.run()
    expect([await later, operation.runs]).toEqual([value, 2])
  })

  test('with other keys, or without one, are left alone', async () => {
    const { ask, clock } = asking([cache(shares)])
    const operation = scriptedOperation([
      { value: 1, afterMs: 10 },
      { value: 2, afterMs: 10 },
      { value: 3, afterMs: 10 },
    ])
    const answers = Promise.all([
      ask('a', operation),
      ask('b', operation),
      ask(undefined, operation),
      ask('', operation),
    ])
    await clock.run()
    expect(await answers).toEqual([1, 2, 3, 3])
  })

  // trap: only-successes-are-stored
  test('share a failure, which is stored for nobody', async () => {
    const { ask, clock, said } = asking([cache()])
    const error = new Error('503')
    const operation = scriptedOperation([{ error, afterMs: 10 }, { value: 'works' }])
    const answers = Promise.all([ask('a', operation), ask('a', operation)])
    await clock.run()
    expect(await answers).toEqual([error, error])
    expect(operation.runs).toBe(1)
    expect(said().some((event) => 'type' in event && event.type === 'cache.stored')).toBe(false)
    const later = ask('a', operation)
    await clock.run()
    expect(await later).toBe('works')
  })

  test('report attempts once, so that they add up to the requests', async () => {
    const { ask, clock, recording } = asking([cache(shares), retry({ jitter: 'none' })])
    const operation = scriptedOperation([{ error: new Error('503') }, { value: 'works', afterMs: 10 }])
    const answers = Promise.all([ask('a', operation), ask('a', operation)])
    await clock.run()
    expect(await answers).toEqual(['works', 'works'])
    const ends = recording.events.filter(({ type }) => type === 'call.completed')
    expect(ends.map((event) => 'attempts' in event && event.attempts)).toEqual([2, 0])
    expect(ends.map(({ attempt }) => attempt)).toEqual([2, 0])
  })
})

describe('a caller that leaves', () => {
  test('ends at once with its own reason and takes nobody with it, although it came first', async () => {
    const { ask, clock, calls } = asking([cache(shares), retry()])
    const first = new AbortController()
    const operation = scriptedOperation([{ value: 'done', afterMs: 100 }])
    const gone = ask('a', operation, first.signal)
    const stays = ask('a', operation)
    await clock.advance(50)
    first.abort('gone')
    expect(await gone).toBe('gone')
    expect(calls.state().inFlight).toBe(1)
    await clock.run()
    expect(await stays).toBe('done')
    expect([operation.runs, operation.aborts]).toEqual([1, []])
  })

  test('is not missed by those who came before', async () => {
    const { ask, clock } = asking([cache(shares)])
    const second = new AbortController()
    const operation = scriptedOperation([{ value: 'done', afterMs: 100 }])
    const stays = ask('a', operation)
    const gone = ask('a', operation, second.signal)
    second.abort('gone')
    expect(await gone).toBe('gone')
    await clock.run()
    expect(await stays).toBe('done')
  })

  test('ends the work when it is the last, in the same tick and with its reason', async () => {
    const { ask, calls, clock } = asking([cache(shares), retry()])
    const callers = [new AbortController(), new AbortController()]
    const operation = scriptedOperation([{ hang: true }])
    const answers = callers.map(({ signal }) => ask('a', operation, signal))
    await settle()
    callers[0]?.abort('first')
    expect(operation.running).toBe(1)
    callers[1]?.abort('last')
    expect([operation.running, operation.aborts]).toEqual([0, ['last']])
    expect(await Promise.all(answers)).toEqual(['first', 'last'])
    expect([calls.state().inFlight, clock.pending]).toEqual([0, 0])
    expect(calls.state().policies[0]?.state).toEqual({ inFlight: 0, storing: 0, waiting: 0, revalidating: 0 })
  })

  test('leaves nothing to join: the next call starts anew, also while the old work does not listen', async () => {
    const { ask, clock } = asking([cache()])
    const caller = new AbortController()
    const operation = scriptedOperation([
      { value: 'old', afterMs: 100, deaf: true },
      { value: 'new', afterMs: 500 },
    ])
    const gone = ask('a', operation, caller.signal)
    await settle()
    caller.abort('gone')
    const next = ask('a', operation)
    await clock.advance(200)
    expect(await gone).toBe('gone')
    await clock.run()
    expect([await next, await ask('a', operation)]).toEqual(['new', 'new'])
  })

  test('passes nobody its own abort when its operation follows it by itself', async () => {
    const { ask, clock } = asking([cache(shares)])
    const first = new AbortController()
    const runs: string[] = []
    const own = (name: string, signal?: AbortSignal) => (): Promise<string> =>
      new Promise((resolve, reject) => {
        runs.push(name)
        signal?.addEventListener('abort', () => reject(new DOMException('The client went away.', 'AbortError')))
        clock.setTimer(100, () => resolve(name))
      })
    const gone = ask('a', own('first', first.signal), first.signal)
    const others = [ask('a', own('second')), ask('a', own('third'))]
    await settle()
    first.abort('gone')
    expect(await gone).toBe('gone')
    await clock.run()
    expect(await Promise.all(others)).toEqual(['second', 'second'])
    expect(runs).toEqual(['first', 'second'])
  })

  test('passes nobody a wish to end that only its own operation had', async () => {
    const { ask, clock } = asking([cache(shares)])
    const canceled = Object.assign(new Error('canceled'), { isSpillwayError: true, verdict: { kind: 'canceled' } })
    const operation = scriptedOperation([
      { error: canceled, afterMs: 10 },
      { value: 'works', afterMs: 10 },
    ])
    const answers = [ask('a', operation), ask('a', operation), ask('a', operation)]
    await clock.run()
    expect([await Promise.all(answers), operation.runs]).toEqual([[canceled, 'works', 'works'], 2])
  })

  test('may be all of 20,000 at once', async () => {
    const { ask, calls, clock } = asking([cache(shares)])
    const callers = Array.from({ length: 20_000 }, () => new AbortController())
    const operation = scriptedOperation([{ hang: true }])
    const answers = callers.map(({ signal }) => ask('a', operation, signal))
    await settle()
    for (const caller of callers) caller.abort('gone')
    expect(new Set(await Promise.all(answers))).toEqual(new Set(['gone']))
    expect([operation.aborts, calls.state().inFlight, clock.pending]).toEqual([['gone'], 0, 0])
  })
})

describe('the deadline of shared work', () => {
  test('is the latest of those who wait, at any time', async () => {
    const { ask, clock } = asking([timeout({ totalMs: 1000 }), cache(shares), retry()])
    let context: CallContext | undefined
    const operation = (given: CallContext): Promise<never> => {
      context = given
      return new Promise(() => {})
    }
    const second = new AbortController()
    const deadlines: (number | undefined)[] = []
    const look = (): void => void deadlines.push(context?.deadline)
    const answers = [ask('a', operation)]
    look()
    await clock.advance(600)
    answers.push(ask('a', operation, second.signal))
    look()
    await clock.advance(100)
    second.abort('gone')
    look()
    await clock.run()
    expect(deadlines).toEqual([1000, 1600, 1000])
    expect(await Promise.all(answers)).toMatchObject([{ phase: 'total' }, 'gone'])
    expect([context?.reason, clock.now()]).toMatchObject([{ phase: 'total' }, 1000])
  })

  test('lets a retry go on for the caller who came later', async () => {
    const { ask, clock } = asking([timeout({ totalMs: 1000 }), cache(shares), retry({ backoff: constantBackoff(400) })])
    const operation = scriptedOperation([
      { error: new Error('503') },
      { error: new Error('503') },
      { error: new Error('503') },
      { value: 'at last' },
    ])
    const first = ask('a', operation)
    await clock.advance(700)
    const second = ask('a', operation)
    await clock.run()
    expect(await first).toMatchObject({ phase: 'total' })
    expect([await second, clock.now()]).toEqual(['at last', 1200])
  })
})

describe('progress of shared work', () => {
  test('reaches the limits outside of everybody who waits', async () => {
    const { ask, clock } = asking([timeout({ firstByteMs: 100 }), cache(shares)])
    const operation = async (context: CallContext): Promise<string> => {
      await context.sleep(90)
      context.progress('content')
      await context.sleep(90)
      return 'done'
    }
    const first = ask('a', operation)
    await clock.advance(50)
    const second = ask('a', operation)
    await clock.run()
    expect(await Promise.all([first, second])).toEqual(['done', 'done'])
  })
})
