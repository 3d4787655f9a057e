import { mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readImagePrompt, renderImage } from '@spillway/simulator'
import { fingerprintOf } from '../../input/fingerprint.ts'
import type { BatchItem } from '../../input/item.ts'
import type { AttemptEnd, Make, Made } from '../../make/make.ts'
import type { ResultLine } from '../../output/result-line.ts'

export const newFolder = (): string => mkdtempSync(join(tmpdir(), 'batch-'))

/** Items that ask for these prompts. */
export const itemsOf = (...prompts: string[]): BatchItem[] =>
  prompts.map((prompt, index) => ({
    id: `i${index + 1}`,
    line: index + 1,
    prompt,
    settings: {},
    fingerprint: fingerprintOf({ prompt, settings: {} }),
  }))

export const png = (prompt: string): Uint8Array => renderImage({ prompt, model: 'painter', width: 16, height: 16 })
export const promptIn = (folder: string, file: string): string | undefined =>
  readImagePrompt(readFileSync(join(folder, file)))?.prompt

export const linesOf = <T = ResultLine>(folder: string, file = 'results.jsonl'): T[] =>
  readFileSync(join(folder, file), 'utf8')
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as T)

/** How a request ends that does not give a picture. */
export class Refused extends Error {
  readonly end: Partial<AttemptEnd>
  constructor(end: Partial<AttemptEnd> = {}) {
    super('a provider that quotes the prompt')
    this.end = end
  }
}

/** A maker that counts how often it was asked for what. `answer` gives the pictures, or throws {@link Refused}. */
export function studio(
  answer: (item: BatchItem, signal: AbortSignal) => Promise<readonly Uint8Array[]> = async ({ prompt }) => [
    png(prompt),
  ],
): { readonly make: Make; readonly asked: string[] } {
  const asked: string[] = []
  const make: Make = async (item, { signal, attempts }) => {
    await attempts.sending({ endpoint: 'studio', model: 'painter' })
    asked.push(item.prompt)
    try {
      const images = (await answer(item, signal)).map((bytes) => ({ bytes }))
      attempts.ended({ endpoint: 'studio', verdict: 'success', status: 200, billed: 'yes', tookMs: 1 })
      const made: Made = { images, endpoint: 'studio', model: 'painter', usage: { images: images.length } }
      return made
    } catch (error) {
      const end = error instanceof Refused ? error.end : { verdict: 'canceled', billed: 'unknown' }
      attempts.ended({ endpoint: 'studio', verdict: 'request_failed', billed: 'no', tookMs: 1, ...(end as object) })
      throw error
    }
  }
  return { make, asked }
}
