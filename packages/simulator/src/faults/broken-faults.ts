import { cutAfter, headOf, nextHalf } from './cut.ts'
import type { FaultContext, FaultKind } from './fault.ts'
import type { Step } from './step.ts'

/** Faults that end a connection or an answer before its time. */
export const brokenFaults: Record<
  'connectionReset' | 'reset' | 'resetInCharacter' | 'truncated' | 'halfEvent' | 'inBandError' | 'failedAnswer',
  FaultKind
> = {
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
  resetInCharacter: {
    summary:
      'the connection is reset in the middle of a character of UTF-8, after `afterChunks` chunks and half of the next',
    stage: 'answer',
    effect: 'broken',
    parameters: ['afterChunks'],
    steps({ answer, spec }) {
      const chunks = spec.afterChunks ?? 2
      const half: Step = { type: 'write', data: Buffer.concat([nextHalf(answer, chunks), CUT_EURO]), part: 'content' }
      return [...cutAfter(answer, chunks), half, { type: 'reset' }]
    },
  },
  truncated: {
    summary: 'the body ends cleanly after `afterChunks` chunks, without finish reason or `[DONE]`',
    stage: 'answer',
    effect: 'broken',
    parameters: ['afterChunks'],
    steps: ({ answer, spec }) => [...cutAfter(answer, spec.afterChunks ?? 2), { type: 'end' }],
  },
  halfEvent: {
    summary: 'the body ends cleanly in the middle of an event, after `afterChunks` chunks',
    stage: 'answer',
    effect: 'broken',
    parameters: ['afterChunks'],
    steps({ answer, spec }) {
      const chunks = spec.afterChunks ?? 2
      const half: Step = { type: 'write', data: nextHalf(answer, chunks), part: 'content' }
      return [...cutAfter(answer, chunks), half, { type: 'end' }]
    },
  },
  inBandError: {
    summary: 'an error inside a 200 stream, after `afterChunks` chunks (0: as the first event); `error` names it',
    stage: 'answer',
    effect: 'broken',
    parameters: ['afterChunks', 'error'],
    steps: (context) => endingWith(context, context.reply.errorFrame(context.spec.error ?? 'overloaded')),
  },
  failedAnswer: {
    summary:
      'an answer with status 200 that says it failed, after `afterChunks` chunks: `response.failed` of the responses API, an error elsewhere',
    stage: 'answer',
    effect: 'broken',
    parameters: ['afterChunks', 'error'],
    steps: (context) => endingWith(context, context.reply.failedFrame(context.spec.error ?? 'overloaded')),
  },
}

/** The first two of the three bytes of a euro sign. */
const CUT_EURO = Buffer.from('€').subarray(0, 2)

function endingWith({ answer, reply, spec }: FaultContext, frame: string): Step[] {
  const chunks = spec.afterChunks ?? 0
  const before = reply.stream && chunks > 0 ? cutAfter(answer, chunks) : headOf(answer)
  return [...before, { type: 'write', data: frame, part: 'error' }, { type: 'end' }]
}
