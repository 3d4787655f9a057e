import type { Clock, LoadProfile, PluginHooks, SpillwayEvent } from '@spillway/core'

interface CallSums {
  attempts: number
  overloaded: number
  answerMs: number | undefined
}

/**
 * Tells a load profile what each call of a pipeline has shown: the share of its attempts that were refused for want of capacity, and how
 * long its answer took. Calls that say nothing of the load, such as those that the caller left, are not told.
 */
export const teachProfile = (profile: LoadProfile, clock: Clock): Required<Pick<PluginHooks, 'onEvent' | 'detach'>> => {
  /** Those under way: what an attempt does after its call, as one that renews a stale answer, has nobody to be told for. */
  const calls = new Map<number, CallSums>()
  const ended = ({ attempts, overloaded, answerMs }: CallSums): void => {
    if (answerMs === undefined && overloaded === 0) return
    profile.record?.({
      wallTime: clock.wallTime(),
      overloadedRatio: overloaded / attempts,
      ...(answerMs === undefined ? {} : { answerMs }),
    })
  }
  const counted = (sums: CallSums, event: Extract<SpillwayEvent, { type: 'attempt.completed' }>): void => {
    const { kind } = event.verdict
    sums.attempts++
    if (kind === 'overloaded') sums.overloaded++
    if (kind === 'success' && event.durationMs > 0) sums.answerMs = event.durationMs
  }
  return {
    onEvent(event: SpillwayEvent) {
      const { callId, type } = event
      if (callId === undefined) return
      if (type === 'call.started') calls.set(callId, { attempts: 0, overloaded: 0, answerMs: undefined })
      const sums = calls.get(callId)
      if (sums === undefined) return
      if (type === 'attempt.completed') counted(sums, event)
      if (type !== 'call.completed') return
      calls.delete(callId)
      if (event.verdict.kind !== 'canceled') ended(sums)
    },
    detach: () => calls.clear(),
  }
}
