import { expectedUsage, requestedModel, type CallContext, type Usage, type Verdict } from '../../../index.ts'
import { scriptedOperation, type ScriptStep } from '../../../testing.ts'

export const prices = { painter: { perImage: 0.04 }, writer: { perMillionInputTokens: 1, perMillionOutputTokens: 4 } }
export const one: readonly [typeof requestedModel, string][] = [[requestedModel, 'painter']]
export const image = [...one, [expectedUsage, { images: 1 }]] as const

export const ended = (call: Promise<unknown>): Promise<unknown> =>
  call.then(
    (value) => value,
    (error: unknown) => error,
  )

/** An operation that follows a script, and says what it used as an adapter does: before it ends. */
export const using = (usage: Usage | undefined, steps: readonly ScriptStep<unknown>[]) => {
  const script = scriptedOperation(steps)
  return async (context: CallContext): Promise<unknown> => {
    try {
      return await script(context)
    } finally {
      if (usage !== undefined) context.providerSaid({ usage })
    }
  }
}

export const judged = (verdict: Verdict) => ({ classifier: { error: () => verdict } })
