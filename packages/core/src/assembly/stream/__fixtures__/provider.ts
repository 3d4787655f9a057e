import { pipeline, streamed, type CallContext, type Part } from '../../../index.ts'
import { recordEvents, VirtualClock } from '../../../testing.ts'

export interface Word {
  readonly text?: string
  readonly end?: true
}
const isContent = ({ text }: Word): boolean => text !== undefined
const isTerminal = ({ end }: Word): boolean => end === true
export const options = { isContent, isTerminal }
export const beat: Word = {}
export const end: Word = { end: true }
export const word = (text: string): Word => ({ text })

/** A provider that follows a list: parts, waits in milliseconds, errors. Tells what was asked of it. */
export const provider = (steps: readonly (Word | number | Error)[]) => {
  const asked = { parts: 0, closed: 0 }
  async function* stream(context: CallContext): AsyncGenerator<Word, void> {
    try {
      for (const step of steps) {
        if (step instanceof Error) throw step
        if (typeof step === 'number') {
          if (!(await context.sleep(step))) throw context.reason
        } else {
          asked.parts++
          yield step
        }
      }
    } finally {
      asked.closed++
    }
  }
  return { asked, stream }
}
export const setup = (parts: readonly Part<never>[], scripts: readonly (readonly (Word | number | Error)[])[]) => {
  const clock = new VirtualClock()
  const calls = pipeline(parts, { clock, check: false })
  const recording = recordEvents(calls)
  const contexts: CallContext[] = []
  const asked: { parts: number; closed: number }[] = []
  const call = (signal?: AbortSignal): Promise<AsyncIterableIterator<Word, undefined>> =>
    calls.execute(
      (context) => {
        const made = provider(scripts[Math.min(contexts.length, scripts.length - 1)] ?? [])
        contexts.push(context)
        asked.push(made.asked)
        return streamed(context, made.stream(context), options)
      },
      { signal },
    )
  const verdict = (): unknown => recording.events.findLast((event) => event.type === 'call.completed')?.verdict.kind
  return { clock, calls, recording, contexts, asked, call, verdict }
}
export const read = async (stream: AsyncIterable<Word>): Promise<string> => {
  let text = ''
  for await (const part of stream) text += part.text ?? (part.end ? '.' : '~')
  return text
}
