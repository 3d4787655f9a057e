import type { FaultKind } from './fault.ts'
import type { Step } from './step.ts'

/** Proper answers in a shape that few readers expect. */
export const oddAnswerFaults: Record<'wrongType' | 'crlf' | 'hugeEvent', FaultKind> = {
  wrongType: {
    summary: 'the proper answer, called `text/plain`; `headers` may call it something else',
    stage: 'answer',
    effect: 'whole',
    parameters: ['headers'],
    steps: ({ answer, spec }) =>
      answer.map((step) =>
        step.type === 'head'
          ? { ...step, headers: { ...step.headers, 'content-type': 'text/plain', ...spec.headers } }
          : step,
      ),
  },
  crlf: {
    summary: 'the lines of a stream end with CR and LF, and come apart between the two',
    stage: 'answer',
    effect: 'whole',
    parameters: [],
    steps: ({ answer, reply }) => (reply.stream ? answer.flatMap(withCarriageReturns) : [...answer]),
  },
  hugeEvent: {
    summary: 'the first content comes in an event of `bytes`, 5 MB where none are given',
    stage: 'answer',
    effect: 'whole',
    parameters: ['bytes'],
    steps({ answer, spec }) {
      const first = answer.findIndex(
        (step) => step.type === 'write' && (step.part === 'content' || step.part === 'body'),
      )
      return answer.map((step, index) => {
        // The length has changed.
        if (step.type === 'head') return { ...step, headers: omit(step.headers, 'content-length') }
        return index === first && step.type === 'write' ? padded(step, spec.bytes ?? 5_000_000) : step
      })
    },
  },
}

type Write = Step & { readonly type: 'write' }

/** Each line in a write of its own that ends with CR; its LF begins the next. */
function withCarriageReturns(step: Step): Step[] {
  if (step.type !== 'write') return [step]
  const lines = textOf(step)
    .replaceAll('\r\n', '\n')
    .split(/(?<=\n)/)
  return lines.flatMap((line) => [
    { ...step, data: line.replace(/\n$/, '\r') },
    { type: 'wait', ms: 1 },
    ...(line.endsWith('\n') ? [{ ...step, data: '\n' }] : []),
  ])
}

/** White space in JSON changes nothing but its size. */
function padded(step: Write, bytes: number): Write {
  const text = textOf(step)
  return { ...step, data: text.replace('{', (brace) => brace + ' '.repeat(Math.max(0, bytes - text.length))) }
}

const textOf = ({ data }: Write): string => (typeof data === 'string' ? data : Buffer.from(data).toString('utf8'))

const omit = (headers: Readonly<Record<string, string>>, name: string): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).filter(([each]) => each !== name))
