import { describe, expect, test } from 'vitest'
import { failover, hedge, pipeline, retry, type HedgeOptions, type Operation, type Part } from '../../index.ts'
import { recordEvents, scriptedOperation, VirtualClock } from '../../testing.ts'
import { caught } from '../../kernel/__fixtures__/ended.ts'
import { classifier, Judged } from '../failover/__fixtures__/pool.ts'

const after =
  (ms: number): Operation<string> =>
  async (context) => {
    await context.sleep(ms)
    return 'done'
  }

/** A pipeline that has seen 20 answers, or as many as are asked for, of 10 s each. */
const experienced = async (answers = 20, options: HedgeOptions = {}, inner: readonly Part[] = []) => {
  const clock = new VirtualClock()
  const calls = pipeline([hedge(options), ...inner], { clock, classifier })
  for (let i = 0; i < answers; i++) {
    const answer = calls.execute(after(10_000))
    await clock.advance(10_000)
    await answer
  }
  const { events } = recordEvents(calls)
  const began = clock.now()
  const told = () =>
    events.filter(({ type }) => type.startsWith('hedge.')).map((event) => ({ ...event, at: event.at - began }))
  return { clock, calls, told, events }
}

describe('an attempt is taken for lost', () => {
  test('when it has been silent for 2.5 times as long as 95 % of the answers took', async () => {
    const { clock, calls, told } = await experienced()
    const operation = scriptedOperation([{ hang: true }, { value: 'second' }])
    const answer = calls.execute(operation)
    await clock.advance(24_999)
    expect(operation.runs).toBe(1)
    await clock.advance(1)
    expect(await answer).toBe('second')
    expect(told()[0]).toMatchObject({ at: 25_000, type: 'hedge.started', why: 'evidence', silentMs: 25_000 })
  })

  test('after 1.5 times as long, when one that was sent later has answered', async () => {
    const { clock, calls, told } = await experienced()
    const answer = calls.execute(scriptedOperation([{ hang: true }, { value: 'second' }]))
    await clock.advance(1)
    const later = calls.execute(after(9000))
    await clock.advance(15_000)
    expect([await answer, await later]).toEqual(['second', 'done'])
    expect(told()[0]).toMatchObject({ at: 15_000, why: 'evidence' })
  })

  test('in the tick of that answer, when it has been silent for longer already', async () => {
    const { clock, calls, told } = await experienced()
    const answer = calls.execute(scriptedOperation([{ hang: true }, { value: 'second' }]))
    await clock.advance(8000)
    void calls.execute(after(11_000))
    await clock.advance(11_000)
    expect(await answer).toBe('second')
    expect(told()[0]).toMatchObject({ at: 19_000, silentMs: 19_000 })
  })

  test('not when the later answer came from another endpoint', async () => {
    const endpoints = [{ name: 'a' }, { name: 'b' }]
    const { clock, calls, told } = await experienced(20, {}, [failover({ endpoints, order: 'ordered' })])
    const lost: Operation<unknown> = async ({ endpoint }) =>
      endpoint?.name === 'a' ? new Promise(() => {}) : endpoint?.name
    const answer = calls.execute(lost)
    await clock.advance(1)
    await calls.execute(async ({ endpoint }) => {
      if (endpoint?.name === 'a') throw new Judged({ kind: 'endpoint_failed' })
    })
    await clock.advance(24_998)
    expect(told()).toEqual([])
    await clock.advance(1)
    expect(await answer).toBe('b')
  })

  test('only after twenty answers; then also what was sent before', async () => {
    const { clock, calls, told } = await experienced(19)
    const answer = calls.execute(scriptedOperation([{ hang: true }, { value: 'second' }]))
    await clock.advance(100_000)
    expect(told()).toEqual([])
    const last = calls.execute(after(10_000))
    await clock.advance(10_000)
    await last
    expect(await answer).toBe('second')
    expect(told()[0]).toMatchObject({ at: 110_000 })
  })

  test('at an endpoint of which too little is known, by what is known of all', async () => {
    const endpoints = [{ name: 'a' }, { name: 'b' }]
    const { clock, calls } = await experienced(20, {}, [failover({ endpoints, order: 'ordered' })])
    const operation = scriptedOperation([
      { error: new Judged({ kind: 'transient' }) },
      { hang: true },
      { value: 'again' },
    ])
    const answer = calls.execute(operation)
    await clock.advance(25_000)
    expect(await answer).toBe('again')
    expect(operation.started.map(({ endpoint }) => endpoint)).toEqual(['a', 'b', 'a'])
  })

  test('never within a second', async () => {
    const clock = new VirtualClock()
    const calls = pipeline([hedge()], { clock })
    for (let i = 0; i < 20; i++) {
      const answer = calls.execute(after(1))
      await clock.advance(1)
      await answer
    }
    const operation = scriptedOperation([{ value: 'slow', afterMs: 999 }])
    const answer = calls.execute(operation)
    await clock.advance(999)
    expect([await answer, operation.runs]).toEqual(['slow', 1])
  })
})

describe('without a delay', () => {
  test('a failure goes up at once: retry knows what the server asked for', async () => {
    const { clock, calls } = await experienced()
    const error = new Judged({ kind: 'transient' })
    const operation = scriptedOperation([{ error }])
    const answer = calls.execute(operation).catch(caught)
    await clock.advance(0)
    expect([await answer, operation.runs]).toEqual([error, 1])
  })

  test('a lost attempt is waited for, while the other fails', async () => {
    const { clock, calls } = await experienced()
    const operation = scriptedOperation([
      { value: 'late', afterMs: 60_000 },
      { error: new Judged({ kind: 'transient' }) },
    ])
    const answer = calls.execute(operation)
    await clock.advance(60_000)
    expect([await answer, operation.runs]).toEqual(['late', 2])
  })

  test('the rounds of a retry are one call in the budget', async () => {
    const clock = new VirtualClock()
    const policy = hedge({ budgetRatio: 0.5 })
    const calls = pipeline([retry({ maxAttempts: 4 }), policy], { clock })
    const answer = calls.execute(scriptedOperation([{ error: new Error('busy') }])).catch(caught)
    await clock.run()
    await answer
    expect(policy.snapshot?.()).toMatchObject({ hedgesLeft: 1 })
    await calls.execute(async () => 1)
    expect(policy.snapshot?.()).toMatchObject({ hedgesLeft: 2 })
  })

  test('what is known shows in the state', async () => {
    const { calls } = await experienced()
    expect(calls.state().policies[0]?.state).toEqual({
      hedgesLeft: 3,
      endpoints: { '': { overtakenMs: 15_000, silentMs: 25_000 } },
    })
  })
})
