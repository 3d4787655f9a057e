import type { WaitingLine } from '../../primitives/waiting-line.ts'
import type { Allowance } from './allowance.ts'
import type { RateLimitDegraded, RateLimitPaused, RateLimitRecovered } from './rate-limit-events.ts'
import type { SharedHearer } from './shared-permits.ts'

/** What a partition makes of its store's answers: its line goes on, its allowance keeps to a share, the pipeline is told. */
export const hearStore = (
  policy: string,
  partition: string,
  allowance: Allowance,
  line: WaitingLine,
): SharedHearer => ({
  answered: () => line.serve(),
  standing: () => line.size,
  alone(share, context) {
    const { clock, random } = context.call
    if (share > 0) allowance.leaveAlone(share, clock.now(), random)
    context.emit<RateLimitDegraded>({ type: 'rate_limit.degraded', policy, partition, share })
  },
  together(context) {
    allowance.joinOthers()
    context.emit<RateLimitRecovered>({ type: 'rate_limit.recovered', policy, partition })
  },
  paused(pauseMs, context) {
    const { clock, random } = context.call
    if (allowance.pause(pauseMs, clock.now(), line.size, random))
      context.emit<RateLimitPaused>({ type: 'rate_limit.paused', policy, partition, pauseMs })
  },
})
