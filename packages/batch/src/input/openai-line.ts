import { nameOf } from './problem-words.ts'
import type { LineContent } from './read-line.ts'

type Fields = Readonly<Record<string, unknown>>

/** Whether a line is written for OpenAI's Batch API: the request that it stands for is inside. */
export const isOpenaiLine = (fields: Fields): boolean =>
  'body' in fields && ('url' in fields || 'method' in fields) && !('prompt' in fields)

/**
 * The content of a line for OpenAI's Batch API (https://platform.openai.com/docs/guides/batch): `custom_id`, `method`, `url`,
 * `body`. Of its endpoints, those that make pictures.
 */
export function readOpenaiLine({ custom_id: id, method = 'POST', url, body }: Fields): LineContent | string {
  if (method !== 'POST') return `"method" is ${shown(method)}: only "POST" makes pictures`
  if (!isObject(body)) return `"body" is ${nameOf(body)}, not an object`
  const read = typeof url === 'string' ? READERS[url.replace(/^.*(?=\/v1\/)/, '')] : undefined
  if (read === undefined) return `"url" is ${shown(url)}: pictures are made by ${Object.keys(READERS).join(' and ')}`
  const { model, ...rest } = body
  const content = read(rest)
  if (typeof content === 'string') return content
  return {
    ...content,
    ...(id !== undefined && { id: id as string }),
    ...(model !== undefined && { model: model as string }),
  }
}

const READERS: Readonly<Record<string, (body: Fields) => LineContent | string>> = {
  '/v1/images/generations': ({ prompt, ...settings }) => ({ prompt: prompt as string, settings }),
  '/v1/chat/completions': ({ messages, ...settings }) => {
    const { modalities } = settings
    if (!Array.isArray(modalities) || !modalities.includes('image'))
      return '"modalities" does not ask for a picture: write "modalities": ["image", "text"]'
    const [message, ...others] = Array.isArray(messages) ? (messages as unknown[]) : []
    if (!isObject(message) || message['role'] !== 'user' || others.length > 0)
      return '"messages" must be one message, of the user: what it says is the prompt'
    const prompt = textOf(message['content'])
    return prompt === undefined ? 'the message must be text: pictures cannot be sent along' : { prompt, settings }
  },
}

/** The text of a message, which may come in parts; `undefined` where it has others. */
function textOf(content: unknown): string | undefined {
  if (typeof content === 'string') return content
  if (!Array.isArray(content)) return undefined
  const texts = content.map((part: unknown) => (isObject(part) && part['type'] === 'text' ? part['text'] : undefined))
  return texts.every((text) => typeof text === 'string') ? texts.join('\n') : undefined
}

const isObject = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** What stands for an endpoint is short; what else stands there may be anything. */
const shown = (value: unknown): string =>
  typeof value === 'string' && /^[\w/.:-]{1,60}$/.test(value) ? `"${value}"` : nameOf(value)
