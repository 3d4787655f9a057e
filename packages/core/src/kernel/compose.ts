import { GateRun } from './gate-run.ts'
import type { CallContext } from './call-context.ts'
import { failure, type Outcome } from './outcome.ts'
import { isGate, type Gate, type Next, type Part, type Policy } from './policy.ts'
import { REQUEST_FAILED } from './verdict.ts'

type AnyNext = Next<unknown>

const withReadiness = (
  run: (context: CallContext) => Promise<Outcome<unknown>>,
  readyInMs: (context: CallContext) => number,
): AnyNext => Object.assign(run, { readyInMs })

/** Neighbouring gates as one step, around `inner` or, where there is none, around the operation. */
const throughGates = (gates: readonly Gate[], inner: AnyNext | undefined): AnyNext => {
  const asked = gates.filter((gate) => gate.readyInMs !== undefined)
  return withReadiness(
    (context) => new GateRun(gates, inner, context).start(),
    (context) => {
      let ready = inner?.readyInMs(context) ?? 0
      for (const gate of asked) ready = Math.max(ready, gate.readyInMs?.(context) ?? 0)
      return ready
    },
  )
}

const throughPolicy = (policy: Policy<unknown>, next: AnyNext): AnyNext =>
  withReadiness(
    (context) => {
      try {
        return policy.execute(next, context)
      } catch (error) {
        return Promise.resolve(failure(error, REQUEST_FAILED))
      }
    },
    (context) => next.readyInMs(context),
  )

/** One function out of a list: the first part is the outermost, the operation is the innermost. */
export const compose = (parts: readonly Part[]): AnyNext => {
  let next: AnyNext | undefined
  let gates: Gate[] = []
  for (const part of parts.toReversed()) {
    if (isGate(part)) gates.unshift(part)
    else {
      if (gates.length > 0 || next === undefined) next = throughGates(gates, next)
      gates = []
      next = throughPolicy(part, next)
    }
  }
  return gates.length > 0 || next === undefined ? throughGates(gates, next) : next
}

/** A gate as a policy of its own, for code that composes by hand. */
export const gateAsPolicy = (gate: Gate): Policy => ({
  name: gate.name,
  execute: <R>(next: Next<R>, context: CallContext): Promise<Outcome<R>> =>
    new GateRun<R>([gate], next, context).start(),
})
