import { fc, test } from '@fast-check/vitest'
import { standardPipeline, type CallContext, type Classifier, type VerdictKind } from '@spillway/core'
import { seededRandom, VirtualClock } from '@spillway/core/testing'
import { describe, expect } from 'vitest'

const KINDS: readonly VerdictKind[] = [
  'success',
  'overloaded',
  'throttled',
  'quota_exhausted',
  'transient',
  'endpoint_failed',
  'request_failed',
  'empty',
]

interface Reply {
  readonly kind: VerdictKind
  readonly afterMs: number
  readonly retryAfterMs: number | undefined
  /** Goes on although it was told to stop. */
  readonly deaf: boolean
  /** The result is a stream that is read for so long. */
  readonly readForMs: number | undefined
}

class Failed extends Error {
  readonly reply: Reply
  constructor(reply: Reply) {
    super(reply.kind)
    this.reply = reply
  }
}

const verdictOf = ({ kind, retryAfterMs }: Reply) => ({ kind, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) })
const classifier: Classifier = {
  error: (error) => (error instanceof Failed ? verdictOf(error.reply) : undefined),
  value: (value) => (value === 'empty' ? { kind: 'empty' } : undefined),
}

const reply: fc.Arbitrary<Reply> = fc.record({
  kind: fc.oneof({ weight: 2, arbitrary: fc.constant<VerdictKind>('success') }, fc.constantFrom(...KINDS)),
  afterMs: fc.oneof(fc.nat(50), fc.nat(40_000)),
  retryAfterMs: fc.option(fc.nat(90_000), { nil: undefined }),
  deaf: fc.boolean(),
  readForMs: fc.option(fc.nat(20_000), { nil: undefined, freq: 4 }),
})

const call = fc.record({
  afterMs: fc.oneof(fc.constant(0), fc.nat(3000)),
  abortAfterMs: fc.option(fc.nat(60_000), { nil: undefined, freq: 3 }),
  replies: fc.array(reply, { minLength: 1, maxLength: 5 }),
})

/** Answers as the script says, the last step over and over. */
const operationOf =
  (replies: readonly Reply[], clock: VirtualClock, onRun: (change: 1 | -1) => void) =>
  async (context: CallContext): Promise<string> => {
    const step = replies[Math.min(context.attempt, replies.length) - 1] as Reply
    onRun(1)
    try {
      const passed = await (step.deaf
        ? new Promise<boolean>((resolve) => clock.setTimer(step.afterMs, () => resolve(true)))
        : context.sleep(step.afterMs))
      if (!passed) throw context.reason
      if (step.kind === 'empty') return 'empty'
      if (step.kind !== 'success') throw new Failed(step)
      if (step.readForMs === undefined) return 'done'
    } finally {
      onRun(-1)
    }
    const body = context.openBody()
    const end = (ok: boolean, error?: unknown): void =>
      body.end(
        ok
          ? { ok: true, value: undefined, verdict: { kind: 'success' }, body: undefined }
          : { ok: false, error, verdict: { kind: 'canceled' }, body: undefined },
      )
    void context.sleep(step.readForMs).then((passed) => end(passed, context.reason))
    context.progress('content')
    return 'stream'
  }

describe('standardPipeline over two endpoints, for any arrivals, aborts and replies', () => {
  // trap: limits-never-lock
  test.prop([fc.array(call, { minLength: 1, maxLength: 30 }), fc.integer(), fc.integer({ min: 1, max: 8 })], {
    numRuns: 150,
  })(
    'every call ends, no place or permit is lost, and nothing is left behind',
    async (script, seed, maxConcurrency) => {
      const clock = new VirtualClock()
      const calls = standardPipeline({
        clock,
        classifier,
        random: seededRandom(seed),
        endpoints: [{ name: 'a' }, { name: 'b' }],
        bulkhead: { maxConcurrency },
        rateLimit: { quotas: [{ permits: 5, periodMs: 10_000 }] },
      })
      let atWork = 0
      let most = 0
      const ends: Promise<unknown>[] = []
      for (const each of script) {
        await clock.advance(each.afterMs)
        const caller = new AbortController()
        const operation = operationOf(each.replies, clock, (change) => {
          atWork += change
          most = Math.max(most, atWork)
        })
        const end = calls.execute(operation, { signal: caller.signal })
        ends.push(end.catch((error: unknown) => error))
        if (each.abortAfterMs !== undefined) clock.setTimer(each.abortAfterMs, () => caller.abort('gone'))
      }
      await clock.run()
      expect(await Promise.all(ends)).toHaveLength(script.length)
      expect([clock.pending, atWork, calls.state().inFlight]).toEqual([0, 0, 0])
      expect(most).toBeLessThanOrEqual(maxConcurrency)
      const state = Object.fromEntries(calls.state().policies.map(({ name, state: policy }) => [name, policy]))
      expect(state['bulkhead']).toEqual({ running: 0, waiting: 0, maxConcurrency })
      expect(state['failover']).toMatchObject({
        waiting: 0,
        endpoints: { a: { inFlight: 0 }, b: { inFlight: 0 } },
      })
      for (const name of ['rateLimit', 'circuitBreaker']) {
        const { partitions } = state[name] as { partitions: Record<string, { waiting: number; inFlight?: number }> }
        for (const partition of Object.values(partitions))
          expect([partition.waiting, partition.inFlight ?? 0]).toEqual([0, 0])
      }
      // And it serves as before once all pauses and breaks are over: as many at once as there are places.
      await clock.advance(600_000)
      const again = Array.from({ length: Math.min(maxConcurrency, 2) }, () => calls.execute(async () => 'served'))
      await clock.run()
      expect(new Set(await Promise.all(again))).toEqual(new Set(['served']))
    },
  )
})
