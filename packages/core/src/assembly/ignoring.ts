import { failure } from '../kernel/outcome.ts'
import type { Gate } from '../kernel/policy.ts'
import { CANCELED, type VerdictKind } from '../kernel/verdict.ts'

/** A gate that learns nothing from one kind of failure: to it, such an attempt is one that its caller ended. */
export const ignoring = (kind: VerdictKind, gate: Gate): Gate => ({
  ...gate,
  leave: (context, outcome) =>
    gate.leave(context, outcome.verdict.kind === kind ? failure(undefined, CANCELED) : outcome),
})
