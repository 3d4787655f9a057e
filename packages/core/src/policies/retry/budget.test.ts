import { describe, expect, test } from 'vitest'
import { constantBackoff, pipeline, retry, retryBudget, timeout, type Classifier, type Verdict } from '../../index.ts'
import { recordEvents, scriptedOperation, VirtualClock } from '../../testing.ts'

/** Errors are their own verdicts here. */
const classifier: Classifier = { error: (error) => error as Verdict }
const busy = { kind: 'overloaded' }
const backoff = constantBackoff(1000)

const failing = (options: Parameters<typeof retryBudget>[0], totalMs = Infinity, maxAttempts = 6) => {
  const clock = new VirtualClock()
  const budget = retryBudget({ retryRatio: 0, ...options })
  const calls = pipeline([timeout({ totalMs }), retry({ budget, backoff, maxAttempts })], { clock, classifier })
  const { events } = recordEvents(calls)
  const run = async (operation = scriptedOperation([{ error: busy }])) => {
    const answer = calls.execute(operation).catch((error: unknown) => error)
    await clock.run()
    return { error: await answer, runs: operation.runs }
  }
  const waits = () => events.flatMap((event) => (event.type === 'retry.scheduled' ? [event] : []))
  const exhausted = () => events.filter(({ type }) => type === 'retry.exhausted')
  return { clock, budget, calls, run, waits, exhausted }
}

describe('a spent budget', () => {
  test('slows retries down by what was spent over what is allowed, and refuses none', async () => {
    const { run, waits, exhausted } = failing({ minRetries: 2 })
    expect(await run()).toEqual({ error: busy, runs: 6 })
    expect(waits().map(({ delayMs }) => delayMs)).toEqual([1000, 1000, 1500, 2000, 2500])
    expect(waits().map(({ slowedMs }) => slowedMs)).toEqual([undefined, undefined, 500, 1000, 1500])
    expect(exhausted()).toMatchObject([{ reason: 'attempts' }])
  })

  test('refuses only where the option says so, with the original failure', async () => {
    const { run, exhausted, budget } = failing({ minRetries: 2, whenSpent: 'refuse' })
    expect(await run()).toEqual({ error: busy, runs: 3 })
    expect(exhausted()).toMatchObject([{ reason: 'budget', verdict: 'overloaded' }])
    // Who is refused owes nothing.
    expect(budget.snapshot().spent).toBe(2)
  })

  test('never slows a retry down beyond half of the time left, and makes none too late that was in time', async () => {
    const { run, waits, exhausted, clock } = failing({ minRetries: 0 }, 60_000, Infinity)
    await run()
    let leftMs = 60_000
    for (const { delayMs } of waits()) {
      expect(delayMs).toBe(Math.max(1000, Math.min(10_000, leftMs / 2)))
      leftMs -= delayMs
    }
    expect(exhausted()).toMatchObject([{ reason: 'deadline' }])
    expect(clock.now()).toBeGreaterThan(58_000)
  })

  test('slows down also what waits for nothing', async () => {
    const clock = new VirtualClock()
    const budget = retryBudget({ retryRatio: 0, minRetries: 1 })
    const parts = [retry({ budget, backoff: constantBackoff(0), maxAttempts: 4 })]
    const calls = pipeline(parts, { clock, classifier })
    const { events } = recordEvents(calls)
    const answer = calls.execute(scriptedOperation([{ error: busy }])).catch(() => 'ended')
    await clock.run()
    await answer
    expect(events.flatMap((event) => (event.type === 'retry.scheduled' ? [event.delayMs] : []))).toEqual([0, 200, 300])
  })

  test('is spent by all policies and pipelines that share it', async () => {
    const clock = new VirtualClock()
    const budget = retryBudget({ retryRatio: 0, minRetries: 3, whenSpent: 'refuse' })
    const operation = scriptedOperation([{ error: busy }])
    const answers = [1, 2, 3].map((i) =>
      pipeline([retry({ budget, name: `retry ${i}` })], { clock, classifier })
        .execute(operation)
        .catch(() => 'ended'),
    )
    await clock.run()
    await Promise.all(answers)
    expect(operation.runs).toBe(3 + 3)
  })

  test('is earned by every call once, also by those that succeed, whatever number of tries they take', async () => {
    const { run, calls } = failing({ retryRatio: 0.5, minRetries: 0 })
    for (let i = 0; i < 3; i++) await run(scriptedOperation([{ value: 'done' }]))
    await run(scriptedOperation([{ error: busy }, { error: busy }, { value: 'done' }]))
    expect(calls.state().policies[1]?.state).toMatchObject({ budget: { calls: 4, spent: 2, allowed: 2 } })
  })

  test('is not spent by a retry that the caller ended before it was sent, nor by one that came too late', async () => {
    const { calls, budget, clock, run } = failing({ minRetries: 5 }, 500)
    const caller = new AbortController()
    const answer = calls.execute(scriptedOperation([{ error: busy }]), { signal: caller.signal }).catch(() => 'ended')
    await run()
    expect(budget.snapshot().spent).toBe(0)
    await answer
    const patient = pipeline([retry({ budget, backoff })], { clock, classifier })
    const left = patient.execute(scriptedOperation([{ error: busy }]), { signal: caller.signal }).catch(() => 'ended')
    await clock.advance(1)
    expect(budget.snapshot().spent).toBe(1)
    caller.abort()
    await left
    expect(budget.snapshot().spent).toBe(0)
  })
})

test('no budget is the default', () => {
  const policy = retry()
  expect(policy.options).not.toHaveProperty('budget')
  expect(retry({ budget: retryBudget({ minRetries: 7 }) }).options).toMatchObject({ budget: { minRetries: 7 } })
})

test('what is no budget is refused when the policy is made', () => {
  expect(() => retry({ budget: { minRetries: 3 } as never })).toThrow(
    'retry.budget must be a budget made by retryBudget()',
  )
})
