import { fc, test } from '@fast-check/vitest'
import { expect } from 'vitest'
import { execute, NoTargetAnsweredError, type Target, type VerdictKind } from '../../index.ts'
import { ended } from '../../kernel/__fixtures__/ended.ts'
import { scriptedOperation, VirtualClock } from '../../testing.ts'
import { classifier, Said } from './__fixtures__/targets.ts'

const TOTAL_MS = 10_000

const behaviour = fc.record({
  kind: fc.constantFrom<VerdictKind>('success', 'overloaded', 'transient', 'request_failed', 'quota_exhausted'),
  afterMs: fc.constantFrom(0, 10, 900, 4000, 20_000),
  deaf: fc.boolean(),
  tryMs: fc.option(fc.integer({ min: 1, max: 20_000 }), { nil: undefined }),
})

test.prop([
  fc.array(behaviour, { minLength: 1, maxLength: 5 }),
  fc.option(fc.nat({ max: 12_000 }), { nil: undefined }),
])('targets are asked in order, each once at most, and the call ends in time', async (behaviours, leavesAfterMs) => {
  const clock = new VirtualClock()
  const operations = behaviours.map(({ kind, afterMs, deaf }) =>
    scriptedOperation([
      kind === 'success' ? { value: 'answer', afterMs, deaf } : { error: new Said(kind), afterMs, deaf },
    ]),
  )
  const targets = behaviours.map(({ tryMs }, i): Target => ({
    name: `${i}`,
    operation: operations[i] as Target['operation'],
    ...(tryMs === undefined ? {} : { tryMs }),
  }))
  const [primary, ...fallbacks] = targets as [Target, ...Target[]]
  const caller = new AbortController()
  const left = new Error('left')
  if (leavesAfterMs !== undefined) clock.setTimer(leavesAfterMs, () => caller.abort(left)).unref()
  let endedAt = Infinity
  const call = ended(execute({ primary, fallbacks, totalMs: TOTAL_MS, signal: caller.signal, clock, classifier }))
  void call.then(() => (endedAt = clock.now()))
  await clock.advance(TOTAL_MS)
  expect(endedAt).toBeLessThanOrEqual(Math.min(TOTAL_MS, leavesAfterMs ?? Infinity))
  const answer = await call
  const asked = operations.map(({ runs }) => runs)
  expect(asked.every((runs) => runs <= 1)).toBe(true)
  // Nobody is asked after one who was not: rules aside, which here are the same for all.
  expect(asked).toEqual(asked.toSorted((a, b) => b - a))
  const last = behaviours[asked.lastIndexOf(1)]
  if (answer === left) expect(endedAt).toBe(leavesAfterMs)
  else if (answer instanceof NoTargetAnsweredError) {
    expect(answer.tried).toHaveLength(asked.filter((runs) => runs === 1).length)
    // All were asked, or the request cannot succeed anywhere, or the time was over.
    expect(answer.skipped.length === 0 || last?.kind === 'request_failed' || endedAt >= TOTAL_MS).toBe(true)
  } else expect(answer).toMatchObject({ value: 'answer', target: `${asked.lastIndexOf(1)}` })
  await clock.run()
  expect(clock.pending).toBe(0)
})
