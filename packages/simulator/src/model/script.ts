import type { ScriptedReply } from '../faults/fault.ts'

/** What the next requests get, in order. */
export interface Script {
  add(replies: readonly ScriptedReply[]): void
  next(): ScriptedReply | undefined
  /** Requests the script still has a reply for. */
  left(): number
}

export function createScript(replies: readonly ScriptedReply[]): Script {
  const waiting: { readonly reply: ScriptedReply; times: number }[] = []
  const add = (more: readonly ScriptedReply[]): void => {
    for (const reply of more) waiting.push({ reply, times: reply.times ?? 1 })
  }
  add(replies)
  return {
    add,
    next() {
      const first = waiting[0]
      if (first === undefined) return undefined
      first.times -= 1
      if (first.times <= 0) waiting.shift()
      return first.reply
    },
    left: () => waiting.reduce((sum, { times }) => sum + times, 0),
  }
}
