import type { Verdict } from '@spillway/core'
import { called, isPageOrJson, nameOf } from './content-type.ts'
import { failed } from './failed-reply.ts'
import { respondWith } from './kept-reply.ts'
import { readWhole, type OpenedBody } from './read-body.ts'
import { EMPTY, type Receiver } from './receiver.ts'

/** Nothing at all does not say that the result was not made. */
const NOT_A_WORD: Verdict = { kind: 'transient', sent: true, billed: 'unknown', code: 'empty_body' }

/** Reads an answer whole, within the attempt: JSON, and what may be JSON under another name. */
export const receiveText = async (
  response: Response,
  opened: OpenedBody,
  asksModel: boolean,
  receiver: Receiver,
): Promise<Response> => {
  const { protocol, request, context, judge, maxAnswerBytes } = receiver
  const bytes = await readWhole(opened, context, maxAnswerBytes)
  context.progress('content')
  const whole = respondWith(response, bytes)
  if (!asksModel) return whole
  const text = new TextDecoder().decode(bytes)
  if (text.trim() === '') {
    judge(whole, context.call.repeatable ? EMPTY : NOT_A_WORD)
    return whole
  }
  // A transcript may be plain text; a page is never an answer.
  if (nameOf(response) !== 'json' && !isPageOrJson(text)) return whole
  let said: unknown
  try {
    said = JSON.parse(text)
  } catch {
    throw failed(response, bytes, { error: { code: 'malformed_json' } }, receiver)
  }
  const { error, verdict, usage } = protocol.readAnswer?.(said, request) ?? {}
  if (usage !== undefined) context.providerSaid({ usage })
  if (error !== undefined) throw failed(response, bytes, { error }, receiver)
  const answer = called(whole, 'application/json')
  if (verdict !== undefined) judge(answer, verdict)
  return answer
}
