import { spawnSync } from 'node:child_process'
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { readRun } from '../journal/read-run.ts'
import { resultLine } from '../output/result-line.ts'
import { itemsOf, linesOf, newFolder, promptIn, studio } from './__fixtures__/studio.ts'
import { type BatchSummary, runBatchWith } from './run-batch.ts'

const PROMPTS = ['a fox', 'an owl', 'an owl', 'a heron']
const SCRIPT = fileURLToPath(new URL('./__fixtures__/die-at.ts', import.meta.url))

/** A run in a process that kills itself when it reaches a step for the so manyth time. */
function killedAt(step: string, time: number): string {
  const folder = newFolder()
  const args = ['--conditions=@spillway/source', SCRIPT, folder, step, String(time), ...PROMPTS]
  const { signal, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' })
  expect({ signal, stderr }).toEqual({ signal: 'SIGKILL', stderr: '' })
  return folder
}

/** What the killed process has asked for. */
const askedBefore = (folder: string): string[] => readFileSync(join(folder, 'asked.log'), 'utf8').trim().split('\n')

async function goOn(folder: string, onUnknown: 'skip' | 'again' = 'skip'): Promise<BatchSummary & { asked: string[] }> {
  const { make, asked } = studio()
  const summary = await runBatchWith({ items: itemsOf(...PROMPTS), make, folder, onUnknown }, { reserveBytes: 1 })
  expect(summary.stopped).toBe('finished')
  // Whatever has happened: the results are those of the journal, the files those of the results, and nothing else is there.
  const { items } = readRun(folder)
  const ended = items.toSorted((a, b) => (a.place ?? 0) - (b.place ?? 0))
  expect(linesOf(folder)).toEqual(ended.map((item) => JSON.parse(JSON.stringify(resultLine(item)))))
  const files = items.flatMap(({ prompt, made }) => (made?.files ?? []).map(({ name }) => ({ name, prompt })))
  for (const { name, prompt } of files) expect(promptIn(folder, name)).toBe(prompt)
  const others = ['.spillway', 'asked.log', 'errors.jsonl', 'results.jsonl']
  expect(readdirSync(folder).toSorted()).toEqual([...others, ...files.map(({ name }) => name)].toSorted())
  return { ...summary, asked }
}

/** Processes of their own start slowly on a machine that has other things to do. */
describe('killed', { timeout: 60_000 }, () => {
  test.each([
    ['before its request leaves', 'taken', 2],
    ['when its file is on the disk and in the journal', 'saving', 2],
    ['when its file is in place', 'placed', 2],
    ['when it is done, and not in the results', 'done', 2],
    ['when its line is half written', 'half a line', 2],
    ['while a copy for the same is put in place', 'saving', 3],
    ['when a copy for the same is in place', 'placed', 3],
    ['when the copy is done, and not in the results', 'done', 3],
  ])('%s, an item is made once', async (_, step, time) => {
    const folder = killedAt(step, time)
    const before = askedBefore(folder)
    const { asked, counts } = await goOn(folder)
    expect([...before, ...asked].toSorted()).toEqual(['a fox', 'a heron', 'an owl'])
    expect(counts).toMatchObject({ done: 4, unknown: 0, failed: 0 })
  })

  test.each([
    ['when its request is about to leave', 'sent', 0],
    ['when its answer has come', 'answered', 1],
    ['when its file is on the disk, and the journal does not know', 'staged', 1],
  ])('%s, an item is unknown, and made again only where that is wanted', async (_, step, made) => {
    const folder = killedAt(step, 2)
    expect(askedBefore(folder)).toEqual(['a fox', 'an owl'].slice(0, 1 + made))
    const first = await goOn(folder)
    expect(first.asked).toEqual(['a heron'])
    expect(first.counts).toMatchObject({ done: 2, unknown: 2 })
    expect(linesOf(folder).filter(({ state }) => state === 'unknown')).toMatchObject([
      { custom_id: 'i2', error: { code: 'outcome_unknown' } },
      { custom_id: 'i3', same_as: 'i2' },
    ])
    const second = await goOn(folder, 'again')
    expect(second.asked).toEqual(['an owl'])
    expect(second.counts).toMatchObject({ done: 4, unknown: 0 })
  })
})
