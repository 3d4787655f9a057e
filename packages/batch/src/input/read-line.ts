import type { BatchItem } from './item.ts'
import { isOpenaiLine, readOpenaiLine } from './openai-line.ts'
import { count } from '../words/amounts.ts'
import { nameOf } from './problem-words.ts'

/** Longer ones are a file in the wrong place, not a description of a picture; the models take fewer tokens than this. */
export const MAX_PROMPT_CHARACTERS = 32_000
const MAX_ID_CHARACTERS = 256

/** What a line says, before it has its place. */
export interface LineContent extends Pick<BatchItem, 'prompt' | 'settings' | 'model'> {
  readonly id?: string
}

/** The content of a line of JSON, or what is wrong with it and what to do. */
export function readJsonLine(text: string): LineContent | string {
  const value = parseJson(text)
  if (value === undefined) return 'this is not JSON: write {"prompt": "…"} on one line'
  if (typeof value === 'string') return checked({ prompt: value, settings: {} })
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return `this is ${nameOf(value)}, not an object: write {"prompt": "…"}`
  const fields = value as Readonly<Record<string, unknown>>
  const content = isOpenaiLine(fields) ? readOpenaiLine(fields) : readFields(fields)
  return typeof content === 'string' ? content : checked(content)
}

/** The content of a line of plain text. */
export function readPlainLine(text: string): LineContent | string {
  if (typeof parseJson(text) === 'object' && text.trimStart().startsWith('{'))
    return 'this is JSON, and the lines before are not: write all of them as {"prompt": "…"}, or none'
  return checked({ prompt: text.trim(), settings: {} })
}

function readFields(fields: Readonly<Record<string, unknown>>): LineContent | string {
  // `error`: a line of errors.jsonl is one to be tried again.
  const { prompt, id, custom_id: customId, model, error: _, ...settings } = fields
  if (prompt === undefined) return `"prompt" is missing${foundInstead(fields)}`
  return {
    ...named(customId ?? id),
    prompt: prompt as string,
    ...(model !== undefined && { model: model as string }),
    settings,
  }
}

const named = (id: unknown): { id?: string } => (id === undefined ? {} : { id: id as string })

/** What came from JSON may be anything. */
function checked(content: LineContent): LineContent | string {
  const { prompt, id, model }: { readonly [name in keyof LineContent]?: unknown } = content
  if (typeof prompt !== 'string') return `"prompt" is ${nameOf(prompt)}, not text`
  if (prompt.trim() === '') return '"prompt" is empty: say what to draw'
  if (prompt.length > MAX_PROMPT_CHARACTERS) return tooLong('the prompt', prompt.length, MAX_PROMPT_CHARACTERS)
  if (!prompt.isWellFormed()) return 'the prompt has half a character in it (a lone surrogate): write it anew'
  if (prompt.includes('\0')) return 'the prompt has NUL characters: save the file as UTF-8'
  if (id !== undefined) {
    if (typeof id !== 'string' || id.trim() === '') return `"id" is ${nameOf(id)}, not text`
    if (id.length > MAX_ID_CHARACTERS) return tooLong('the id', id.length, MAX_ID_CHARACTERS)
    if (!id.isWellFormed() || /\p{Cc}/u.test(id)) return '"id" has characters that cannot be shown: give it another'
  }
  if (model !== undefined && (typeof model !== 'string' || model === '')) return `"model" is ${nameOf(model)}, not text`
  return content
}

function tooLong(what: string, length: number, limit: number): string {
  const [is, may] = [count(length), count(limit)]
  return `${what} has ${is} characters, and ${may} are allowed: shorten it`
}

/** `undefined` where it is none. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}

function foundInstead(value: object): string {
  const names = Object.keys(value).slice(0, 5)
  return names.length === 0 ? '' : ` (there is ${names.map((name) => `"${name.slice(0, 20)}"`).join(', ')})`
}
