import { createReadStream } from 'node:fs'
import { InvalidOptionsError, checkKnown, checkOneOf } from '@spillway/core'
import { BatchError } from '../batch-error.ts'
import { fingerprintOf } from './fingerprint.ts'
import type { BatchItem } from './item.ts'
import { Problems } from './problems.ts'
import { type LineContent, parseJson, readJsonLine, readPlainLine } from './read-line.ts'
import { whyUnreadable } from './why-unreadable.ts'
import { type RawLine, splitLines } from './split-lines.ts'

/** Options of {@link readItems}. */
export interface ReadItemsOptions {
  /** What messages call the input. @default the path, or 'the input' */
  readonly name?: string
  /**
   * `jsonl`: a JSON object or string on each line. `lines`: a prompt on each line. `auto`: as the first line is.
   * @default 'auto'
   */
  readonly format?: 'auto' | 'jsonl' | 'lines'
  /** The model of the lines that name none. It belongs to what makes two lines the same. @default none */
  readonly model?: string
  /** Settings of the lines that do not say otherwise. @default none */
  readonly settings?: Readonly<Record<string, unknown>>
}

/**
 * Reads a file of prompts, or a stream such as standard input, one item at a time and in little memory.
 *
 * A line is `{"prompt": "…", "id": "…", "model": "…", …settings}`, a JSON string, a line of OpenAI's Batch API that asks for
 * pictures, or plain text. A byte order mark, CRLF and empty lines at the end are accepted: editors add them, and they
 * change nothing. Everything that is wrong is told at once, when the input has ended; no item is given from the first
 * problem on.
 *
 * ```ts
 * import { readItems } from '@spillway/batch'
 * import { Readable } from 'node:stream'
 *
 * const input = Readable.from([Buffer.from('{"prompt": "a red fox", "size": "1024x1024"}\n{"prompt": "an owl", "id": "owl"}\n')])
 * for await (const { id, prompt, settings } of readItems(input)) console.log(id, prompt, settings)
 * // => 1 a red fox { size: '1024x1024' }
 * // => owl an owl {}
 * ```
 *
 * @param source a path, or chunks of bytes
 * @throws BatchError that lists the problems, each with its line (the first twenty)
 * @throws InvalidOptionsError when an option is unknown
 */
export async function* readItems(
  source: string | AsyncIterable<Uint8Array>,
  options: ReadItemsOptions = {},
): AsyncGenerator<BatchItem, void, void> {
  const chunks = source as Partial<AsyncIterable<unknown> & Iterable<unknown>> | undefined | null
  if (
    typeof source !== 'string' &&
    chunks?.[Symbol.asyncIterator] === undefined &&
    chunks?.[Symbol.iterator] === undefined
  )
    throw new InvalidOptionsError('readItems.source', source, 'a path, or chunks of bytes')
  checkKnown('readItems', options, ['name', 'format', 'model', 'settings'])
  const name = options.name ?? (typeof source === 'string' ? source : 'the input')
  let format = checkOneOf('readItems.format', options.format ?? 'auto', ['auto', 'jsonl', 'lines'])
  const seen = new Map<string, number>()
  const problems = new Problems(name)
  let empties: number[] = []
  for await (const raw of splitLines(typeof source === 'string' ? bytesOf(source) : source)) {
    const text = textOf(raw)
    if (text?.trim() === '') {
      empties.push(raw.line)
      continue
    }
    // Only those at the end are none of anybody's business.
    for (const line of empties) problems.add(line, 'the line is empty: remove it')
    empties = []
    if (format === 'auto' && text !== undefined) format = formatOf(text)
    const content = text === undefined ? unreadable(raw) : format === 'lines' ? readPlainLine(text) : readJsonLine(text)
    if (typeof content === 'string') {
      problems.add(raw.line, content)
      continue
    }
    const item = itemOf(content, raw.line, options)
    const before = seen.get(item.id)
    if (before === undefined) seen.set(item.id, raw.line)
    else problems.add(raw.line, `the same "id" as line ${before}: give it another`)
    if (problems.count === 0) yield item
  }
  if (seen.size === 0 && problems.count === 0) problems.add(1, 'the file is empty: write one prompt a line')
  problems.throw()
}

async function* bytesOf(path: string): AsyncGenerator<Uint8Array> {
  try {
    yield* createReadStream(path) as AsyncIterable<Uint8Array>
  } catch (cause) {
    throw new BatchError('ERR_SPILLWAY_BATCH_INPUT', `Cannot read the prompts in ${path}: ${whyUnreadable(cause)}.`, {
      cause,
    })
  }
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

function textOf({ bytes }: RawLine): string | undefined {
  if (bytes === 'too long') return undefined
  try {
    return decoder.decode(bytes)
  } catch {
    return undefined
  }
}

const unreadable = ({ bytes }: RawLine): string =>
  bytes === 'too long'
    ? 'the line is longer than 1 MiB: shorten it'
    : 'this is not UTF-8: save the file in that encoding'

/** A broken line that was meant as JSON shall be told as that, and not become a prompt. */
function formatOf(text: string): 'jsonl' | 'lines' {
  const value = parseJson(text)
  return text.trimStart().startsWith('{') || typeof value === 'string' || Array.isArray(value) ? 'jsonl' : 'lines'
}

function itemOf(content: LineContent, line: number, defaults: ReadItemsOptions): BatchItem {
  const { id = String(line), prompt, model = defaults.model } = content
  const settings = { ...defaults.settings, ...content.settings }
  const request = { prompt, settings, ...(model !== undefined && { model }) }
  return { id, line, fingerprint: fingerprintOf(request), ...request }
}
