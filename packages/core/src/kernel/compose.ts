import { checkPart } from './check-part.ts'
import type { Call } from './call.ts'
import type { CallContext } from './call-context.ts'
import { releasedPlaces } from './gate-hooks.ts'
import { GateRun, type Segment } from './gate-run.ts'
import { failure, type Outcome } from './outcome.ts'
import { isGate, isReaction, type Gate, type Next, type Part, type Policy } from './policy.ts'
import { climb, type Reactions } from './reactions.ts'
import { REQUEST_FAILED } from './verdict.ts'

type AnyNext = Next<unknown>

/** A composed pipeline: a next function that can also run a whole call, which ends with `call.finish`. */
export interface Composed extends AnyNext {
  readonly begin: (call: Call) => void
}

/** Neighbouring gates as one step, around `inner` or, where there is none, around the operation. */
const throughGates = (gates: readonly Gate[], inner: AnyNext | undefined, reactions: Reactions): Composed => {
  const segment: Segment = { gates, released: releasedPlaces(gates), inner, reactions }
  const asked = gates.filter((gate) => gate.readyInMs !== undefined)
  const run = (context: CallContext): Promise<Outcome<unknown>> =>
    new Promise((resolve) => new GateRun(segment, context, resolve).start(context.call.clock.now()))
  return Object.assign(run, {
    begin: (call: Call) => new GateRun(segment, call, undefined).start(call.startedAt),
    readyInMs: (context: CallContext) => {
      let ready = inner?.readyInMs(context) ?? 0
      for (const gate of asked) ready = Math.max(ready, gate.readyInMs?.(context) ?? 0)
      return ready
    },
  })
}

const throughPolicy = (policy: Policy<unknown>, next: AnyNext, reactions: Reactions): Composed => {
  // Policies never reject. One that does all the same ends its call like any other failure.
  const attempt = (context: CallContext): Promise<Outcome<unknown>> => {
    try {
      return policy.execute(next, context).catch((error: unknown) => failure(error, REQUEST_FAILED))
    } catch (error) {
      return Promise.resolve(failure(error, REQUEST_FAILED))
    }
  }
  const run = (context: CallContext): Promise<Outcome<unknown>> =>
    reactions.length === 0
      ? attempt(context)
      : new Promise((arrive) => void attempt(context).then((outcome) => climb(outcome, reactions, context, { arrive })))
  return Object.assign(run, {
    begin: (call: Call) => void run(call).then((outcome) => call.finish(outcome)),
    readyInMs: (context: CallContext) => policy.readyInMs?.(next, context) ?? next.readyInMs(context),
  })
}

/**
 * One function out of a list: the first part is the outermost, the operation is the innermost. Neighbouring gates become
 * one step, and reactions climb in the step that they follow.
 */
export const compose = (parts: readonly Part[]): Composed => {
  let inner: AnyNext | undefined
  let core: readonly Gate[] | Policy<unknown> = []
  let reactions: Reactions = []
  const step = (): Composed =>
    'execute' in core
      ? throughPolicy(core, inner ?? throughGates([], undefined, []), reactions)
      : throughGates(core, inner, reactions)

  for (const part of parts.toReversed()) {
    if (isReaction(part)) reactions = reactions.concat({ reaction: part, next: step() })
    else if (isGate(part) && !('execute' in core) && reactions.length === 0) core = [part].concat(core)
    else {
      inner = step()
      core = isGate(part) ? [part] : part
      reactions = []
    }
  }
  return step()
}

/** A gate or a reaction as a policy of its own, for code that composes by hand. */
export const asPolicy = <Adds>(part: Part<Adds>): Policy<Adds> => {
  checkPart('asPolicy.part', part)
  if (!isGate(part) && !isReaction(part)) return part
  const execute = <R>(next: Next<R>, context: CallContext): Promise<Outcome<R | Adds>> => {
    const inner = next as AnyNext
    const step = isGate(part)
      ? throughGates([part], inner, [])
      : throughPolicy({ name: part.name, execute: (_, given) => inner(given) }, inner, [
          { reaction: part, next: inner },
        ])
    return step(context) as Promise<Outcome<R | Adds>>
  }
  return { name: part.name, execute }
}
