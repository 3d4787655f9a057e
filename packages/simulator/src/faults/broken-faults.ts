import { cutAfter, headOf } from './cut.ts'
import type { FaultKind } from './fault.ts'
import type { Step } from './step.ts'

/** Faults that end a connection or an answer before its time. */
export const brokenFaults: Record<'connectionReset' | 'reset' | 'truncated' | 'inBandError', FaultKind> = {
  connectionReset: {
    summary: 'the connection is reset before any answer: what a client sees of a dead host',
    stage: 'refusal',
    effect: 'reset',
    parameters: ['afterMs'],
    steps: ({ spec }) => [{ type: 'wait', ms: spec.afterMs ?? 0 }, { type: 'reset' }],
  },
  reset: {
    summary: 'the connection is reset after `afterChunks` chunks',
    stage: 'answer',
    effect: 'broken',
    parameters: ['afterChunks'],
    steps: ({ answer, spec }) => [...cutAfter(answer, spec.afterChunks ?? 2), { type: 'reset' }],
  },
  truncated: {
    summary: 'the body ends cleanly after `afterChunks` chunks, without finish reason or `[DONE]`',
    stage: 'answer',
    effect: 'broken',
    parameters: ['afterChunks'],
    steps: ({ answer, spec }) => [...cutAfter(answer, spec.afterChunks ?? 2), { type: 'end' }],
  },
  inBandError: {
    summary: 'an error inside a 200 stream, after `afterChunks` chunks (0: as the first event); `error` names it',
    stage: 'answer',
    effect: 'broken',
    parameters: ['afterChunks', 'error'],
    steps({ answer, reply, spec }) {
      const error: Step = { type: 'write', data: reply.errorFrame(spec.error ?? 'overloaded'), part: 'error' }
      const chunks = spec.afterChunks ?? 0
      const before = reply.stream && chunks > 0 ? cutAfter(answer, chunks) : headOf(answer)
      return [...before, error, { type: 'end' }]
    },
  },
}
