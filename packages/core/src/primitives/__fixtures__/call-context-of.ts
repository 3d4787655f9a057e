import { Call } from '../../kernel/call.ts'
import type { CallContext } from '../../kernel/call-context.ts'
import { defaultClassifier } from '../../kernel/classifier.ts'
import type { Clock } from '../../kernel/clock.ts'

const SILENT = { listening: false, publish() {} }

/** The context of a call that nobody runs, for parts that only look at it. */
export const callContextOf = (
  clock: Clock,
  { priority = 0, deadline = Infinity }: { readonly priority?: number; readonly deadline?: number } = {},
): CallContext => {
  const random = (): number => 0.5
  const origin = {
    name: 'test',
    clock,
    random,
    classifier: defaultClassifier,
    sink: SILENT,
    completed() {},
    orphans: { count: 0 },
  }
  const ignore = (): void => {}
  const call = new Call(1, origin, () => Promise.resolve(), { priority }, ignore, ignore)
  call.deadline = deadline
  return call
}
