import { describe, expect, test } from 'vitest'
import { constantBackoff, createContextKey, pipeline, retry } from '../index.ts'
import type { CallContext, ContextOwner, Policy } from '../index.ts'
import { recordEvents, VirtualClock } from '../testing.ts'

const root = async (clock = new VirtualClock()): Promise<CallContext> => {
  let context: CallContext | undefined
  await pipeline([], { clock }).execute(async (given) => {
    context = given.parent
  })
  if (context === undefined) throw new Error('no context')
  return context
}

describe('ending a context', () => {
  test('ends all below it, the inside first, with the same reason', async () => {
    const top = await root()
    const order: string[] = []
    const child = top.child()
    const grandchild = child.child()
    const reason = new Error('over')
    for (const [name, context] of Object.entries({ top, child, grandchild }))
      context.onAbort((why) => order.push(`${name} ${why === reason}`))
    top.abort(reason)
    top.abort(new Error('again'))
    expect(order).toEqual(['grandchild true', 'child true', 'top true'])
    expect(grandchild.reason).toBe(reason)
  })

  test('leaves its neighbours and what is above alone', async () => {
    const top = await root()
    const [one, other] = [top.child(), top.child()]
    one.abort('lost')
    expect([top.aborted, one.aborted, other.aborted]).toEqual([false, true, false])
  })

  test('does not reach a branch that was detached', async () => {
    const top = await root()
    const branches = [top.child(), top.child(), top.child()]
    branches[1]?.detach()
    branches[1]?.detach()
    top.abort('over')
    expect(branches.map(({ aborted }) => aborted)).toEqual([true, false, true])
  })

  test('reaches every branch although one of them detaches its neighbours when it ends', async () => {
    const top = await root()
    const branches = [top.child(), top.child(), top.child(), top.child()]
    branches[3]?.onAbort(() => branches[2]?.detach())
    top.abort('over')
    expect(branches.map(({ aborted }) => aborted)).toEqual([true, true, false, true])
  })

  test('makes a branch that begins afterwards end at once', async () => {
    const top = await root()
    top.abort('over')
    const late = top.child()
    expect([late.aborted, late.reason, late.signal.aborted, late.signal.reason]).toEqual([true, 'over', true, 'over'])
  })

  test('a listener that throws is reported and keeps no other from hearing it', async () => {
    const calls = pipeline([])
    const recording = recordEvents(calls)
    const caller = new AbortController()
    const heard: unknown[] = []
    const answers = [1, 2].map(() =>
      calls
        .execute(
          (context) => {
            context.onAbort(() => {
              throw new TypeError('broken listener')
            })
            context.onAbort((reason) => heard.push(reason))
            return new Promise(() => {})
          },
          { signal: caller.signal },
        )
        .catch((error: unknown) => error),
    )
    caller.abort('over')
    expect(await Promise.all(answers)).toEqual(['over', 'over'])
    expect(heard).toEqual(['over', 'over'])
    expect(recording.events.filter(({ type }) => type === 'diagnostic.reported')).toMatchObject([
      { source: 'onAbort', errorName: 'TypeError' },
      { source: 'onAbort' },
    ])
  })

  test('a listener that stopped listening is not called', async () => {
    const top = await root()
    const heard: unknown[] = []
    const stop = top.onAbort((reason) => heard.push(reason))
    stop()
    top.abort('over')
    expect(heard).toEqual([])
  })

  test('does not reach an attempt that has ended before', async () => {
    const clock = new VirtualClock()
    const caller = new AbortController()
    const signals: AbortSignal[] = []
    const answer = pipeline([retry({ jitter: 'none' })], { clock })
      .execute(
        async ({ signal, attempt }) => {
          signals.push(signal)
          if (attempt === 1) throw new Error('busy')
          return new Promise(() => {})
        },
        { signal: caller.signal },
      )
      .catch((error: unknown) => error)
    await clock.advance(500)
    caller.abort('over')
    expect(await answer).toBe('over')
    expect(signals.map(({ aborted }) => aborted)).toEqual([false, true])
  })

  // trap: stream-outlives-call
  // trap: own-signals
  test('each attempt has a signal of its own', async () => {
    const clock = new VirtualClock()
    const signals: AbortSignal[] = []
    const answer = pipeline([retry({ jitter: 'none' })], { clock }).execute(async ({ signal, attempt }) => {
      signals.push(signal)
      if (attempt < 3) throw new Error('busy')
    })
    await clock.run()
    await answer
    expect(new Set(signals).size).toBe(3)
    expect(signals.map(({ aborted }) => aborted)).toEqual([false, false, false])
  })
})

describe('an independent branch', () => {
  test('is not ended from above, and ends what is below it', async () => {
    const top = await root()
    const shared = top.independentChild()
    const below = shared.child()
    top.abort('over')
    expect([shared.aborted, below.aborted]).toEqual([false, false])
    shared.abort('nobody waits')
    expect([shared.reason, below.reason]).toEqual(['nobody waits', 'nobody waits'])
  })

  test('lives on when it is made after the end of what is above', async () => {
    const top = await root()
    top.abort('over')
    expect(top.independentChild().aborted).toBe(false)
  })

  test('has a deadline of its own, which those below see move', async () => {
    const top = await root()
    top.deadline = 100
    const shared = top.independentChild()
    const below = shared.child()
    below.endBy(300)
    below.endBy(400)
    expect([shared.deadline, below.deadline]).toEqual([Infinity, 300])
    shared.deadline = 200
    expect([below.deadline, below.remainingMs()]).toEqual([200, 200])
    shared.deadline = 250
    expect(below.deadline).toBe(250)
  })

  test('tells its owner how far it has come, and nobody above', async () => {
    const top = await root()
    const heard: string[] = []
    const owner = (name: string): ContextOwner => ({
      aborted() {},
      progressed: (step) => heard.push(`${name} ${step}`),
    })
    top.owner = owner('top')
    const shared = top.independentChild()
    shared.owner = owner('shared')
    shared.child().progress('content')
    expect(heard).toEqual(['shared content'])
  })

  test('counts its attempts for the call that it belongs to', async () => {
    let top: CallContext | undefined
    const apart: Policy = {
      name: 'apart',
      execute(next, context) {
        top = context
        return next(context.independentChild())
      },
    }
    await pipeline([apart, retry({ maxAttempts: 2, jitter: 'none', backoff: constantBackoff(0) })]).execute(
      async ({ attempt }) => {
        if (attempt === 1) throw new Error('busy')
      },
    )
    expect(top?.attempt).toBe(2)
  })
})

describe('waiting', () => {
  test('says whether the time has passed, and leaves no timer behind', async () => {
    const clock = new VirtualClock()
    const top = await root(clock)
    const child = top.child()
    const slept = Promise.all([child.sleep(50), top.sleep(100)])
    await clock.advance(60)
    top.abort('over')
    expect(await slept).toEqual([true, false])
    expect(await top.sleep(10)).toBe(false)
    expect(clock.pending).toBe(0)
  })

  test('the time left counts down to the nearest deadline above', async () => {
    const clock = new VirtualClock()
    const top = await root(clock)
    expect(top.remainingMs()).toBe(Infinity)
    top.deadline = 100
    const child = top.child()
    await clock.advance(40)
    expect(child.remainingMs()).toBe(60)
    await clock.advance(100)
    expect(child.remainingMs()).toBe(0)
  })
})

test('values travel with one call and are not seen by another', async () => {
  const tenant = createContextKey('tenant', 'nobody')
  const calls = pipeline([retry()])
  const ask = (context: CallContext): Promise<string> => Promise.resolve(context.get(tenant))
  expect(await Promise.all([calls.execute(ask, { values: [[tenant, 'acme']] }), calls.execute(ask)])).toEqual([
    'acme',
    'nobody',
  ])
})
