import type { CallContext } from '../../kernel/call-context.ts'
import { aborted } from '../../kernel/gate-run.ts'
import { mayRepeat } from '../../kernel/may-repeat.ts'
import { failure, type Outcome } from '../../kernel/outcome.ts'
import type { Next, Policy } from '../../kernel/policy.ts'
import { expectedUsage } from '../../policies/accounting/expected.ts'
import { ledgerAccount } from '../../policies/accounting/account.ts'
import type { FallbackUsed } from '../../policies/fallback/fallback-events.ts'
import { TimeoutExceededError } from '../../policies/timeout/timeout-exceeded-error.ts'
import { NoTargetAnsweredError } from './no-target-answered-error.ts'
import { shareMs } from './share.ts'
import { reasonToSkip, type Target, type Tried } from './target.ts'
import { TRIP, type Trip } from './trip.ts'

/** Asks one target after the other, until one answers or the caller leaves. */
export const throughTargets: Policy = {
  name: 'execute',
  kind: 'fallback',
  async execute<R>(next: Next<R>, context: CallContext): Promise<Outcome<R>> {
    const { call } = context
    const trip = context.get(TRIP) as Trip
    const { targets, tried, skipped } = trip
    for (const [i, target] of targets.entries()) {
      const failed = tried.at(-1)
      const reason = reasonToSkip(target, trip.expectedUsage, failed, context)
      if (reason !== undefined) {
        skipped.push({ target: target.name, reason })
        continue
      }
      const startedAt = call.clock.now()
      begin(trip, target, i, context)
      const outcome = await next(context)
      if (trip.limit !== undefined) trip.limit.endsAt = Infinity
      const { verdict } = outcome
      if (verdict.kind === 'success') {
        if (failed !== undefined)
          context.emit<FallbackUsed>({
            type: 'fallback.used',
            policy: 'execute',
            step: i - 1,
            verdict: failed.verdict.kind,
          })
        return outcome
      }
      if (context.aborted && !(context.reason instanceof TimeoutExceededError)) return aborted(context.reason)
      tried.push({ target: target.name, verdict, error: errorOf(outcome), durationMs: call.clock.now() - startedAt })
      if (verdict.kind === 'canceled' || context.aborted || !mayRepeat(context, verdict)) break
    }
    const error = new NoTargetAnsweredError(tried, skipped, trip.account, call.clock.now() - call.startedAt)
    return failure(error, error.verdict)
  },
}

const errorOf = (outcome: Outcome<unknown>): Tried['error'] => (outcome.ok ? undefined : outcome.error)

const begin = (trip: Trip, target: Target, i: number, context: CallContext): void => {
  const { clock } = context.call
  const { name, model, costPerCall, tryMs } = target
  const remainingMs = context.remainingMs()
  const totalMs = Math.min(remainingMs, tryMs ?? shareMs(remainingMs, trip.targets.length - i - 1))
  trip.target = target
  trip.heard = ledgerAccount()
  trip.limit = { totalMs, clock, endsAt: clock.now() + totalMs, onlyPlans: true }
  context.endpoint = {
    name,
    ...(model === undefined ? {} : { model }),
    ...(costPerCall === undefined ? {} : { costPerCall }),
  }
  context.set(expectedUsage, target.expectedUsage ?? trip.expectedUsage)
}
