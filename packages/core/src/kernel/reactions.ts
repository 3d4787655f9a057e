import type { CallContext } from './call-context.ts'
import { failure, type Outcome } from './outcome.ts'
import type { Next, Reaction } from './policy.ts'
import { REQUEST_FAILED } from './verdict.ts'

/** Each reaction with what it may run again, from the innermost outwards. */
export type Reactions = readonly { readonly reaction: Reaction<unknown>; readonly next: Next<unknown> }[]

/** Who waits above the reactions. */
export interface Climber {
  arrive(outcome: Outcome<unknown>): void
}

/** Lets an outcome climb through reactions, and hands over what they made of it: in the same tick where none waits. */
export const climb = (
  outcome: Outcome<unknown>,
  reactions: Reactions,
  context: CallContext,
  above: Climber,
  from = 0,
): void => {
  let current = outcome
  for (let i = from; i < reactions.length; i++) {
    const { reaction, next } = reactions[i] as Reactions[number]
    let answer: Outcome<unknown> | Promise<Outcome<unknown>>
    try {
      answer = reaction.react(current, next, context)
    } catch (error) {
      answer = failure(error, REQUEST_FAILED)
    }
    if (answer instanceof Promise) return climbLater(answer, reactions, context, above, i + 1)
    current = answer
  }
  above.arrive(current)
}

const climbLater = (
  answer: Promise<Outcome<unknown>>,
  reactions: Reactions,
  context: CallContext,
  above: Climber,
  from: number,
): void => {
  answer.then(
    (late) => climb(late, reactions, context, above, from),
    (error: unknown) => climb(failure(error, REQUEST_FAILED), reactions, context, above, from),
  )
}
