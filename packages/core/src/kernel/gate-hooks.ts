import type { CallContext } from './call-context.ts'
import type { Outcome } from './outcome.ts'
import type { Gate, Progress } from './policy.ts'
import type { ProviderReport } from './provider-report.ts'

// What gates are only told about. One that throws hurts neither the call nor its neighbours: a breaker whose counter
// fails must not cost a bulkhead its place.

/** Tells the first `count` gates how it ended, the innermost first. */
export const leaveGates = (
  gates: readonly Gate[],
  count: number,
  context: CallContext,
  outcome: Outcome<unknown>,
): void => {
  for (let i = count - 1; i >= 0; i--) leaveGate(gates[i], context, outcome)
}

export const leaveGate = (gate: Gate | undefined, context: CallContext, outcome: Outcome<unknown>): void => {
  try {
    gate?.leave(context, outcome)
  } catch (thrown) {
    context.report(`${gate?.name}.leave`, thrown)
  }
}

/** Tells those of the first `count` gates that want to know that the work has ended, the innermost first. */
export const releaseGates = (
  gates: readonly Gate[],
  places: readonly number[],
  count: number,
  context: CallContext,
): void => {
  for (let i = 0; i < places.length; i++) {
    const place = places[i] as number
    if (place < count) releaseGate(gates[place], context)
  }
}

/** The places of the gates that want to know that the work has ended, the innermost first. */
export const releasedPlaces = (gates: readonly Gate[]): readonly number[] =>
  [...gates.keys()].filter((place) => gates[place]?.release !== undefined).toReversed()

export const releaseGate = (gate: Gate | undefined, context: CallContext): void => {
  try {
    gate?.release?.(context)
  } catch (thrown) {
    context.report(`${gate?.name}.release`, thrown)
  }
}

/** Tells the first `count` gates how far the attempt has come. */
export const progressGates = (
  gates: readonly Gate[],
  count: number,
  context: CallContext,
  progress: Progress,
): void => {
  for (let i = 0; i < count; i++) {
    const gate = gates[i]
    try {
      gate?.progress?.(context, progress)
    } catch (thrown) {
      context.report(`${gate?.name}.progress`, thrown)
    }
  }
}

/** Hands the first `count` gates what the provider said. */
export const reportToGates = (
  gates: readonly Gate[],
  count: number,
  context: CallContext,
  report: ProviderReport,
): void => {
  for (let i = 0; i < count; i++) {
    const gate = gates[i]
    try {
      gate?.providerSaid?.(context, report)
    } catch (thrown) {
      context.report(`${gate?.name}.providerSaid`, thrown)
    }
  }
}
