import { readFile } from 'node:fs/promises'
import { InputError } from './exit-codes.ts'

/** One image to make. */
export interface Prompt {
  /** Its place among the prompts, from 1. Names the image. */
  readonly number: number
  readonly id?: string
  readonly prompt: string
}

/** Longer ones are a file in the wrong place, not a description of a picture; the models take fewer tokens than this. */
export const MAX_PROMPT_CHARACTERS = 32_000
const MAX_PROBLEMS_SHOWN = 20

/**
 * Reads a file with one prompt a line, and finds everything that is wrong with it before any call is made.
 *
 * A byte order mark, CRLF and empty lines at the end are accepted: editors add them, and they change nothing.
 *
 * @throws InputError that lists the problems, each with its line
 */
export async function readPrompts(path: string): Promise<readonly Prompt[]> {
  const bytes = await readFile(path).catch((cause: NodeJS.ErrnoException) => {
    throw new InputError(`Cannot read the prompts in ${path}: ${REASONS[cause.code ?? ''] ?? cause.message}.`, {
      cause,
    })
  })
  const { prompts, problems } = parsePrompts(decode(bytes, path))
  if (problems.length > 0) throw new InputError(listProblems(path, problems))
  return prompts
}

const REASONS: Record<string, string> = {
  ENOENT: 'there is no such file',
  EISDIR: 'it is a folder',
  EACCES: 'it is not yours to read',
}

function decode(bytes: Uint8Array, path: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (cause) {
    throw new InputError(`${path} is not UTF-8. Save it in that encoding.`, { cause })
  }
}

/** Something wrong with one line, and what to do about it. */
export interface PromptProblem {
  readonly line: number
  readonly problem: string
}

/** Checks the lines of a file of prompts. */
export function parsePrompts(text: string): {
  readonly prompts: readonly Prompt[]
  readonly problems: readonly PromptProblem[]
} {
  const prompts: Prompt[] = []
  const problems: PromptProblem[] = []
  const seen = { prompt: new Map<string, number>(), id: new Map<string, number>() }
  const lines = text
    .replace(/^\uFEFF/, '')
    .trimEnd()
    .split(/\r?\n/)
  if (lines.length === 1 && lines[0] === '') {
    return { prompts, problems: [{ line: 1, problem: 'the file is empty: write one {"prompt": "…"} a line' }] }
  }
  for (const [index, content] of lines.entries()) {
    const line = index + 1
    const read = readLine(content)
    if (typeof read === 'string') {
      problems.push({ line, problem: read })
      continue
    }
    const same = firstSeen(seen.prompt, read.prompt.normalize('NFC').trim().replaceAll(/\s+/g, ' '), line)
    if (same !== undefined) problems.push({ line, problem: `the same prompt as line ${same}: remove one of them` })
    const sameId = read.id === undefined ? undefined : firstSeen(seen.id, read.id, line)
    if (sameId !== undefined) problems.push({ line, problem: `the same "id" as line ${sameId}: give it another` })
    prompts.push({ number: prompts.length + 1, ...read })
  }
  return { prompts, problems }
}

/** The line's content, or what is wrong with it. */
function readLine(content: string): Omit<Prompt, 'number'> | string {
  if (content.trim() === '') return 'the line is empty: remove it'
  const value = parseJson(content)
  if (value === undefined) return 'this is not JSON: write {"prompt": "…"} on one line'
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return `this is ${nameOf(value)}, not an object: write {"prompt": "…"}`
  }
  const { prompt, id } = value as { readonly prompt?: unknown; readonly id?: unknown }
  if (prompt === undefined) return `"prompt" is missing${foundInstead(value)}`
  if (typeof prompt !== 'string') return `"prompt" is ${nameOf(prompt)}, not text`
  if (prompt.trim() === '') return '"prompt" is empty: say what to draw'
  if (prompt.length > MAX_PROMPT_CHARACTERS) {
    const [length, limit] = [prompt.length, MAX_PROMPT_CHARACTERS].map((count) => count.toLocaleString('en'))
    return `the prompt has ${length} characters, and ${limit} are allowed: shorten it`
  }
  if (id !== undefined && (typeof id !== 'string' || id === '')) return `"id" is ${nameOf(id)}, not text`
  return id === undefined ? { prompt } : { id, prompt }
}

function parseJson(text: string): unknown {
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

const nameOf = (value: unknown): string =>
  value === null ? 'null' : Array.isArray(value) ? 'a list' : value === '' ? 'empty' : `a ${typeof value}`

function firstSeen(seen: Map<string, number>, key: string, line: number): number | undefined {
  const first = seen.get(key)
  if (first === undefined) seen.set(key, line)
  return first
}

function listProblems(path: string, problems: readonly PromptProblem[]): string {
  const count = problems.length === 1 ? 'a problem' : `${problems.length} problems`
  const shown = problems.slice(0, MAX_PROBLEMS_SHOWN).map(({ line, problem }) => `  line ${line}: ${problem}`)
  const rest = problems.length - shown.length
  return [`${path} has ${count}, and nothing was sent:`, ...shown, ...(rest > 0 ? [`  and ${rest} more`] : [])].join(
    '\n',
  )
}
