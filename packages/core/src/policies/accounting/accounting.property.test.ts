import { fc, test } from '@fast-check/vitest'
import { expect } from 'vitest'
import {
  expectedUsage,
  failover,
  hedge,
  openAccount,
  pipeline,
  requestedModel,
  retry,
  timeout,
  type CallContext,
  type VerdictKind,
} from '../../index.ts'
import { ended } from '../../kernel/__fixtures__/ended.ts'
import { VirtualClock } from '../../testing.ts'

/** What a provider may do with a request. */
const step = fc.record({
  afterMs: fc.integer({ min: 0, max: 3000 }),
  deaf: fc.boolean(),
  used: fc.option(fc.integer({ min: 0, max: 3 }), { nil: undefined }),
  kind: fc.constantFrom<VerdictKind>(
    'success',
    'overloaded',
    'transient',
    'request_failed',
    'empty',
    'endpoint_failed',
  ),
  billed: fc.constantFrom('no', 'yes', 'unknown', undefined),
})

const calls = fc.record({
  steps: fc.array(step, { minLength: 1, maxLength: 12 }),
  callers: fc.integer({ min: 1, max: 4 }),
  attemptMs: fc.integer({ min: 100, max: 2000 }),
  delayMs: fc.integer({ min: 50, max: 1000 }),
  leavesAfterMs: fc.option(fc.integer({ min: 0, max: 4000 }), { nil: undefined }),
  maxCost: fc.constantFrom(0, 1, 3, 7, Infinity),
})

class Failed extends Error {
  readonly verdict: { readonly kind: VerdictKind; readonly billed?: 'no' | 'yes' | 'unknown' }
  constructor(verdict: Failed['verdict']) {
    super(verdict.kind)
    this.verdict = verdict
  }
}

test.prop([calls])('an account adds up, whatever the provider does and whoever leaves', async (world) => {
  const { steps, callers, attemptMs, delayMs, leavesAfterMs, maxCost } = world
  const clock = new VirtualClock()
  let sent = 0
  let running = 0
  const operation = async (context: CallContext): Promise<number> => {
    const { afterMs, deaf, used, kind, billed } = steps[sent++ % steps.length] as (typeof steps)[number]
    running++
    try {
      await new Promise<void>((resolve, reject) => {
        const timer = clock.setTimer(afterMs, resolve)
        if (!deaf)
          context.onAbort((reason) => {
            timer.cancel()
            reject(reason instanceof Error ? reason : new Error('left'))
          })
      })
    } finally {
      running--
    }
    if (used !== undefined) context.providerSaid({ usage: { images: used } })
    if (kind !== 'success') throw new Failed({ kind, ...(billed === undefined ? {} : { billed }) })
    return 1
  }
  const made = pipeline(
    [
      timeout({ totalMs: 6000 }),
      retry({ maxAttempts: 4, jitter: 'none' }),
      hedge({ delayMs }),
      failover({ endpoints: [{ name: 'a' }, { name: 'b' }] }),
      timeout({ attemptMs }),
    ],
    { clock, classifier: { error: (error) => (error instanceof Failed ? error.verdict : undefined) }, check: false },
  )
  const account = openAccount({ prices: { m: { perImage: 1 } }, maxCost })
  const caller = new AbortController()
  if (leavesAfterMs !== undefined) clock.setTimer(leavesAfterMs, () => caller.abort(new Error('left')))
  const options = {
    account,
    signal: caller.signal,
    values: [[requestedModel, 'm'] as const, [expectedUsage, { images: 1 }] as const],
  }
  const all = Promise.all(Array.from({ length: callers }, () => ended(made.execute(operation, options))))
  // At every moment: what is at work is what runs, and nothing was sent that did not fit.
  for (let ms = 0; ms < 12_000; ms += 500) {
    const { atWork, attempts } = account.report()
    expect([atWork, attempts]).toEqual([running, sent])
    await clock.advance(500)
  }
  await clock.run()
  await all
  const report = await account.settled()
  const { billed, attempts, requests, cost, unknownCost, abandoned, hedged } = report
  expect(attempts).toBe(sent)
  expect(requests).toBeLessThanOrEqual(attempts)
  expect(billed.no + billed.yes + billed.unknown).toBe(attempts)
  expect([report.atWork, report.orphans, report.expectedCost, report.unpriced]).toEqual([0, 0, 0, 0])
  expect(abandoned).toBeLessThanOrEqual(attempts)
  expect(hedged).toBeLessThan(Math.max(1, attempts))
  expect(cost + unknownCost).toBeLessThanOrEqual(3 * (billed.yes + billed.unknown))
  // A picture more than expected may pass the ceiling; a request more may not.
  if (steps.every(({ used = 1 }) => used <= 1)) expect(cost + unknownCost).toBeLessThanOrEqual(maxCost)
})
