import type { Verdict } from '@spillway/core'
import type { EventMeaning, ServerSentEvent } from '@spillway/http'
import { isFilled, isObject, objectsOf, type Json } from './json.ts'
import { EMPTY, hasContent, verdictOfFinish } from './read-answer.ts'
import { readUsage } from './read-usage.ts'

/** The events that complete an answer. The chat API has none: there `[DONE]` or a finish reason does it. */
const LAST = new Set([
  'response.completed',
  'response.incomplete',
  'image_generation.completed',
  'image_edit.completed',
  'transcript.text.done',
  'speech.audio.done',
])

/** Ended as it should without content: the caller's own limit cut it off. */
const FINE: Verdict = { kind: 'success' }

/** Reads one event of any streaming API: chat and text completions, responses, images, audio. */
export const readEvent = ({ event, data }: ServerSentEvent): EventMeaning => {
  if (data === '[DONE]') return { terminal: true }
  let json: unknown
  try {
    json = JSON.parse(data)
  } catch {
    return { error: { code: 'malformed_json' } }
  }
  if (!isObject(json)) return {}
  const type = typeof json['type'] === 'string' ? json['type'] : event
  const { response } = json
  const usage = readUsage(isObject(response) ? response : json)
  const meaning = meaningOf(type, json)
  return usage === undefined ? meaning : { ...meaning, usage }
}

const meaningOf = (type: string, json: Json): EventMeaning => {
  if (isFilled(json['error'])) return { error: json['error'] }
  if (type === 'error') return { error: json }
  return Array.isArray(json['choices']) ? readChunk(json) : readTyped(type, json)
}

const readChunk = (chunk: Json): EventMeaning => {
  const choices = objectsOf(chunk['choices'])
  const content = choices.some(({ delta, text }) => isFilled(text) || (isObject(delta) && isContent(delta)))
  const finished = choices.find(({ finish_reason: reason }) => isFilled(reason))
  if (finished === undefined) return { content }
  return { content, terminal: true, verdict: verdictOfFinish(finished['finish_reason']) ?? FINE }
}

/** Thoughts count here: the caller sees them arrive. */
const isContent = (delta: Json): boolean =>
  hasContent(delta) || isFilled(delta['reasoning_content']) || isFilled(delta['reasoning'])

const readTyped = (type: string, json: Json): EventMeaning => {
  const { response } = json
  if (type === 'response.failed')
    return { error: (isObject(response) ? response['error'] : undefined) ?? { code: 'server_error' } }
  const terminal = LAST.has(type)
  const content = type.startsWith('response.')
    ? isResponseContent(type, json)
    : isImageEvent(type)
      ? isFilled(json['b64_json'])
      : terminal || type.endsWith('.delta')
  if (!terminal || content) return { content, terminal }
  if (isImageEvent(type)) return { terminal, verdict: EMPTY }
  const details = isObject(response) ? response['incomplete_details'] : undefined
  return { terminal, verdict: verdictOfFinish(isObject(details) ? details['reason'] : undefined) ?? FINE }
}

const isImageEvent = (type: string): boolean => /^image_\w+\.(?:partial_image|completed)$/.test(type)

const isResponseContent = (type: string, json: Json): boolean => {
  const { response } = json
  if (type.endsWith('.delta')) return isFilled(json['delta'])
  if (type === 'response.completed') return isObject(response) && isFilled(response['output'])
  return type.endsWith('.partial_image') || type === 'response.output_item.done'
}
