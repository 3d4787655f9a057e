import { describe, expect, test } from 'vitest'
import { success, timeout, type CallContext } from '../../index.ts'
import { scriptedOperation, settle } from '../../testing.ts'
import { caught } from '../../kernel/__fixtures__/ended.ts'
import { Judged } from '../failover/__fixtures__/pool.ts'
import { hedged } from './__fixtures__/hedged.ts'

describe('an error', () => {
  // trap: quick-failure-does-not-win
  test('never wins over an attempt at work', async () => {
    const { clock, calls } = hedged({ delayMs: 100 })
    const operation = scriptedOperation([{ value: 'slow', afterMs: 500 }, { error: new Error('at once') }])
    const answer = calls.execute(operation)
    await clock.advance(500)
    expect(await answer).toBe('slow')
  })

  test('neither does an answer without a result', async () => {
    const { clock, calls } = hedged({ delayMs: 100 })
    const answer = calls.execute(scriptedOperation([{ value: 'slow', afterMs: 500 }, { value: '' }]), {
      classifier: { error: () => undefined, value: (value) => (value === '' ? { kind: 'empty' } : undefined) },
    })
    await clock.advance(500)
    expect(await answer).toBe('slow')
  })

  // trap: failure-starts-the-next
  test('of the first attempt starts the next one at once', async () => {
    const { clock, calls, told } = hedged({ delayMs: 60_000 })
    const operation = scriptedOperation([
      { error: new Error('fast'), afterMs: 5 },
      { value: 'second', afterMs: 5 },
    ])
    const answer = calls.execute(operation)
    await clock.advance(10)
    expect(await answer).toBe('second')
    expect(told()).toMatchObject([{ at: 5, why: 'failure' }, { type: 'hedge.won' }])
    expect(clock.pending).toBe(0)
  })

  test.each(['overloaded', 'throttled', 'request_failed', 'quota_exhausted'] as const)(
    'that another try does not mend (%s) goes up instead',
    async (kind) => {
      const { clock, calls } = hedged({ delayMs: 100 })
      const error = new Judged({ kind })
      const operation = scriptedOperation([{ error }])
      const answer = calls.execute(operation).catch(caught)
      await clock.advance(1000)
      expect([await answer, operation.runs]).toEqual([error, 1])
    },
  )

  test("when all have failed, the first attempt's is given", async () => {
    const { clock, calls } = hedged({ delayMs: 100 })
    const [first, second] = [new Error('first'), new Error('second')]
    const operation = scriptedOperation([
      { error: first, afterMs: 200 },
      { error: second, afterMs: 50 },
    ])
    const answer = calls.execute(operation).catch(caught)
    await clock.advance(1000)
    expect(await answer).toBe(first)
    expect(operation.runs).toBe(2)
  })

  test("unless that was our own doing: then the provider's", async () => {
    const { clock, calls } = hedged({ delayMs: 100 }, [timeout({ attemptMs: 150 })])
    const said = new Judged({ kind: 'overloaded' })
    const operation = scriptedOperation([{ hang: true }, { error: said, afterMs: 100 }])
    const answer = calls.execute(operation).catch(caught)
    await clock.advance(1000)
    expect(await answer).toBe(said)
  })

  test('in shouldHedge is reported, and the call goes on without', async () => {
    const { clock, calls, events, told } = hedged({
      delayMs: 100,
      shouldHedge: () => {
        throw new TypeError('broken')
      },
    })
    const answer = calls.execute(scriptedOperation([{ value: 'slow', afterMs: 500 }]))
    await clock.advance(500)
    expect(await answer).toBe('slow')
    expect(events).toContainEqual(expect.objectContaining({ source: 'hedge.shouldHedge', errorName: 'TypeError' }))
    expect(told()).toEqual([])
  })
})

describe('a stream', () => {
  const stream =
    (firstMs: readonly number[], log: string[]) =>
    async (context: CallContext): Promise<string> => {
      const mine = context.attempt
      const body = context.openBody()
      context.onAbort((reason) => {
        log.push(`${mine} ended`)
        body.end({ ok: false, error: reason, verdict: { kind: 'canceled' }, body: undefined })
      })
      await context.sleep(firstMs[mine - 1] as number)
      context.progress('content')
      void context.sleep(10_000).then((passed) => passed && body.end(success(undefined)))
      return `stream ${mine}`
    }

  test('wins with its first content, and nothing is sent after that', async () => {
    const { clock, calls, told } = hedged({ delayMs: 100 })
    const log: string[] = []
    const answer = calls.execute(stream([300, 50], log))
    await clock.advance(150)
    expect(await answer).toBe('stream 2')
    expect(log).toEqual(['1 ended'])
    expect(calls.state().inFlight).toBe(1)
    await clock.advance(20_000)
    expect(log).toEqual(['1 ended'])
    expect(told()).toHaveLength(3)
    expect([clock.pending, calls.state().inFlight]).toEqual([0, 0])
  })

  test.each([[50], [150, 20]])('is still ended by its caller after it has won: %o', async (...firstMs) => {
    const { clock, calls } = hedged({ delayMs: 100 })
    const log: string[] = []
    const caller = new AbortController()
    const answer = calls.execute(stream(firstMs, log), { signal: caller.signal })
    await clock.advance(5000)
    const winner = firstMs.length
    expect(await answer).toBe(`stream ${winner}`)
    caller.abort('gone')
    expect(log.at(-1)).toBe(`${winner} ended`)
    await settle()
    expect([clock.pending, calls.state().inFlight]).toEqual([0, 0])
  })
})
