import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fc, test as property } from '@fast-check/vitest'
import { expect } from 'vitest'
import { readRun } from '../journal/read-run.ts'
import { errorLine, resultLine } from '../output/result-line.ts'
import { Refused, itemsOf, newFolder, png, promptIn, studio } from './__fixtures__/studio.ts'
import { runBatchWith } from './run-batch.ts'

/** How a request may end; the last word of an item that is asked for more often holds on. */
const ENDS = {
  made: undefined,
  refused: { verdict: 'request_failed', billed: 'no' },
  overloaded: { verdict: 'overloaded', billed: 'no' },
  lost: { verdict: 'transient', billed: 'unknown' },
} as const
type End = keyof typeof ENDS

const endsOfOne = fc.array(fc.constantFrom<End>('made', 'refused', 'overloaded', 'lost'), {
  minLength: 1,
  maxLength: 3,
})
const launch = fc.record({
  limit: fc.integer({ min: 2, max: 9 }),
  maxErrors: fc.integer({ min: 2, max: 9 }),
  maxConcurrency: fc.integer({ min: 1, max: 4 }),
  onUnknown: fc.constantFrom('skip' as const, 'again' as const),
  retryErrors: fc.boolean(),
})
const world = fc.record({
  // Few prompts for many items, so that some are the same.
  prompts: fc.array(fc.constantFrom('a', 'b', 'c', 'd', 'e'), { minLength: 3, maxLength: 8 }),
  ends: fc.record({ a: endsOfOne, b: endsOfOne, c: endsOfOne, d: endsOfOne, e: endsOfOne }),
  launches: fc.array(launch, { minLength: 2, maxLength: 4 }),
})

property.prop([world], { numRuns: 25 })(
  'however often a run is stopped and begun, it asks for nothing that it knows, and its files say what its journal says',
  async ({ prompts, ends, launches }) => {
    const folder = newFolder()
    const lastEnd = new Map<string, End>()
    const times = new Map<string, number>()
    const askedInVain: string[] = []
    for (const options of launches) {
      const { make } = studio(async ({ prompt }) => {
        const before = lastEnd.get(prompt)
        // What is made is not asked for again; what failed, or what nobody knows, only when that is said.
        const mayAsk = before === 'lost' ? options.onUnknown === 'again' : before === undefined || options.retryErrors
        if (before === 'made' || !mayAsk) askedInVain.push(`${prompt} after ${before}`)
        const time = times.get(prompt) ?? 0
        times.set(prompt, time + 1)
        const now = ends[prompt as 'a'].at(Math.min(time, ends[prompt as 'a'].length - 1)) ?? 'made'
        lastEnd.set(prompt, now)
        const refusal = ENDS[now]
        if (refusal !== undefined) throw new Refused(refusal)
        return [png(prompt)]
      })
      const { counts } = await runBatchWith(
        { items: itemsOf(...prompts), make, folder, ...options },
        { reserveBytes: 1 },
      )

      const { items } = readRun(folder)
      expect(askedInVain).toEqual([])
      expect(counts).toMatchObject({ sent: 0, saving: 0 })
      for (const { prompt, state } of items) {
        const known = lastEnd.get(prompt)
        const word =
          known === undefined ? 'waiting' : known === 'made' ? 'done' : known === 'lost' ? 'unknown' : 'failed'
        // One that was to be asked for again, and was not reached, waits.
        expect([word, 'waiting']).toContain(state)
        if (known === 'made') expect(state).toBe('done')
      }
      const ended = items.filter(({ place }) => place !== undefined).toSorted((a, b) => (a.place ?? 0) - (b.place ?? 0))
      const failed = ended.filter(({ state }) => state === 'failed')
      const text = (lines: readonly object[]): string => lines.map((line) => `${JSON.stringify(line)}\n`).join('')
      expect(readFileSync(join(folder, 'results.jsonl'), 'utf8')).toBe(text(ended.map(resultLine)))
      expect(readFileSync(join(folder, 'errors.jsonl'), 'utf8')).toBe(text(failed.map(errorLine)))
      const files = items.flatMap(({ prompt, made }) => (made?.files ?? []).map(({ name }) => ({ name, prompt })))
      for (const { name, prompt } of files) expect(promptIn(folder, name)).toBe(prompt)
      expect(readdirSync(folder).filter((name) => name.endsWith('.png'))).toHaveLength(files.length)
    }
  },
  60_000,
)
