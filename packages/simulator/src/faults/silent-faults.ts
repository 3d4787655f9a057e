import { cutAfter, headOf } from './cut.ts'
import type { FaultKind } from './fault.ts'
import type { Step } from './step.ts'

/** Comment lines keep a connection warm for as long as a scenario runs, not for ever: 10,000 of them. */
const HEARTBEATS = 10_000

/** Faults that leave the client waiting, or that make it wait. */
export const silentFaults: Record<
  'hang' | 'stallAfterHeaders' | 'stall' | 'heartbeatsOnly' | 'slowBody' | 'drip',
  FaultKind
> = {
  hang: {
    summary: 'accepted, and then nothing, not even a status',
    stage: 'refusal',
    effect: 'hang',
    parameters: [],
    steps: () => [{ type: 'stall' }],
  },
  stallAfterHeaders: {
    summary: 'status and headers, then silence',
    stage: 'answer',
    effect: 'hang',
    parameters: [],
    steps: ({ answer }) => [...headOf(answer), { type: 'stall' }],
  },
  stall: {
    summary: 'falls silent after `afterChunks` chunks',
    stage: 'answer',
    effect: 'hang',
    parameters: ['afterChunks'],
    steps: ({ answer, spec }) => [...cutAfter(answer, spec.afterChunks ?? 2), { type: 'stall' }],
  },
  heartbeatsOnly: {
    summary: 'a stream of comment lines, one each `everyMs`, and never content (a body that is no stream: spaces)',
    stage: 'answer',
    effect: 'hang',
    parameters: ['everyMs'],
    steps({ answer, reply, spec }) {
      const beat: Step[] = [
        { type: 'write', data: reply.stream ? ': still working\n\n' : ' ', part: 'comment' },
        { type: 'wait', ms: spec.everyMs ?? 1000 },
      ]
      return [...headOf(answer), ...Array.from({ length: HEARTBEATS }, () => beat).flat(), { type: 'stall' }]
    },
  },
  slowBody: {
    summary: 'status and headers at once, the rest `afterMs` later',
    stage: 'answer',
    effect: 'whole',
    parameters: ['afterMs'],
    steps({ answer, spec }) {
      const head = answer.filter((step) => step.type === 'head')
      const rest = answer.filter((step) => step.type !== 'head')
      return [...head, { type: 'wait', ms: spec.afterMs ?? 0 }, ...rest]
    },
  },
  drip: {
    summary: 'the whole answer, `bytes` at a time, one write each `everyMs`',
    stage: 'answer',
    effect: 'whole',
    parameters: ['bytes', 'everyMs'],
    steps({ answer, spec }) {
      const size = spec.bytes ?? 1
      return answer.flatMap((step): Step[] => {
        if (step.type !== 'write') return step.type === 'wait' ? [] : [step]
        const data = typeof step.data === 'string' ? Buffer.from(step.data) : step.data
        const writes: Step[] = []
        for (let from = 0; from < data.length; from += size) {
          writes.push({ type: 'write', data: data.subarray(from, from + size), part: step.part })
          writes.push({ type: 'wait', ms: spec.everyMs ?? 1000 })
        }
        return writes
      })
    },
  },
}
