import type { CallContext } from '../../kernel/call-context.ts'
import { judgeError } from '../../kernel/classifier.ts'
import type { Outcome } from '../../kernel/outcome.ts'
import type { ObservedCall } from './load-profile.ts'

/**
 * What a call says about the provider's load; `undefined` where it says nothing: it was canceled, refused by us, or failed
 * for a reason of its own.
 *
 * Retry sits further in and hides the attempts: how many failed is known, and what the last of them failed with; it stands
 * for all of them.
 */
export const observeCall = (context: CallContext, outcome: Outcome<unknown>): ObservedCall | undefined => {
  const { attempts, answerMs, clock, lastError } = context.call
  const { kind } = outcome.verdict
  const answered = kind === 'success' || kind === 'empty'
  const failed = answered ? attempts - 1 : attempts
  const overloaded = failed > 0 && judgeError(lastError, context).kind === 'overloaded' ? failed : 0
  if (attempts === 0 || kind === 'canceled' || (!answered && overloaded === 0)) return undefined
  return {
    wallTime: clock.wallTime(),
    overloadedRatio: overloaded / attempts,
    ...(answerMs > 0 ? { answerMs } : {}),
  }
}
