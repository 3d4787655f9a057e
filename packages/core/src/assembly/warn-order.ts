import { errorName, type DiagnosticReported } from '../kernel/events.ts'
import type { Part } from '../kernel/policy.ts'
import type { EventSource } from './event-source.ts'
import type { OrderWarned } from './pipeline-events.ts'
import type { PipelineOptions } from './pipeline-options.ts'

/**
 * Looks at the order of a new list, and tells what is odd about it. A moment later: who listens to a pipeline cannot begin
 * before it is made, and programs that bundle their code load the words of the warnings only where they are needed.
 */
export const warnOrder = async (
  parts: readonly Part[],
  { name, clock, check }: Required<PipelineOptions>,
  events: EventSource,
): Promise<void> => {
  if (check === false) return
  const { checkOrder, warnProcess } = await import('./check-order.ts')
  const stamp = { at: clock.now(), pipeline: name }
  for (const warning of checkOrder(parts)) {
    events.publish({ type: 'order.warned', ...stamp, ...warning } satisfies OrderWarned)
    try {
      if (check === true) warnProcess(name, warning)
      else check(warning)
    } catch (thrown) {
      const diagnostic: DiagnosticReported = {
        type: 'diagnostic.reported',
        source: 'check',
        errorName: errorName(thrown),
        ...stamp,
      }
      events.publish(diagnostic)
    }
  }
}
