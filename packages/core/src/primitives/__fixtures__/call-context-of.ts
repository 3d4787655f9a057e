import { Call } from '../../kernel/call.ts'
import { CallContext } from '../../kernel/call-context.ts'
import { defaultClassifier } from '../../kernel/classifier.ts'
import type { Clock } from '../../kernel/clock.ts'

const SILENT = { listening: false, publish() {} }

/** The context of a call that nobody runs, for parts that only look at it. */
export const callContextOf = (
  clock: Clock,
  { priority = 0, deadline = Infinity }: { readonly priority?: number; readonly deadline?: number } = {},
): CallContext => {
  const deps = { clock, random: () => 0.5, classifier: defaultClassifier, sink: SILENT }
  const context = new CallContext(new Call(1, 'test', deps, () => Promise.resolve(), priority))
  context.deadline = deadline
  return context
}
