import { expect } from 'vitest'
import { NoTargetAnsweredError, type Target, type VerdictKind } from '../../../index.ts'
import { ended } from '../../../kernel/__fixtures__/ended.ts'
import { scriptedOperation, type ScriptedOperation, type ScriptStep, type VirtualClock } from '../../../testing.ts'

/** What a provider says when it fails, with the verdict on its face. */
export class Said extends Error {
  readonly kind: VerdictKind
  constructor(kind: VerdictKind) {
    super(kind)
    this.kind = kind
  }
}

/** Reads it. */
export const classifier = {
  error: (error: unknown): { kind: VerdictKind } | undefined =>
    error instanceof Said ? { kind: error.kind } : undefined,
}

export interface Scripted<N extends string> extends Target<N, string> {
  readonly operation: ScriptedOperation<string>
}

/** A target that follows a script. */
export const scripted = <N extends string>(name: N, ...steps: readonly ScriptStep<string>[]): Scripted<N> => ({
  name,
  operation: scriptedOperation(steps),
})

export const fails = <N extends string>(name: N, kind: VerdictKind = 'overloaded', afterMs = 0): Scripted<N> =>
  scripted(name, { error: new Said(kind), afterMs })

/** Runs to its end in virtual time. */
export const run = async <T>(clock: VirtualClock, call: Promise<T>): Promise<T> => {
  const settled = call.catch(() => {})
  await clock.run()
  await settled
  return call
}

/** The same for a call that nobody answers. */
export const failure = async (clock: VirtualClock, call: Promise<unknown>): Promise<NoTargetAnsweredError> => {
  const error = await ended(run(clock, call))
  expect(error).toBeInstanceOf(NoTargetAnsweredError)
  return error as NoTargetAnsweredError
}
