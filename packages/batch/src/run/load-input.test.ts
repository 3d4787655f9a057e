import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { systemClock } from '@spillway/core'
import { describe, expect, test } from 'vitest'
import type { BatchItem } from '../input/item.ts'
import { openJournal } from '../journal/open-journal.ts'
import { readPastUse } from '../journal/past-use.ts'
import { readRun } from '../journal/read-run.ts'
import { loadInput } from './load-input.ts'
import { itemsOf, newFolder } from './__fixtures__/studio.ts'

const SCRIPT = fileURLToPath(new URL('./__fixtures__/load-and-die.ts', import.meta.url))
/** More than SQLite keeps in memory: a half of them is on the disk when the process is killed. */
const LINES = 3000

const load = (folder: string, ...args: number[]): ReturnType<typeof spawnSync> =>
  spawnSync(process.execPath, ['--conditions=@spillway/source', SCRIPT, folder, ...args.map(String)], {
    encoding: 'utf8',
  })

test('a load that was killed half-way leaves nothing, and is done again', { timeout: 30_000 }, () => {
  const folder = newFolder()
  expect(load(folder, LINES, LINES - 10).signal).toBe('SIGKILL')
  // What was written is there, with the way back.
  expect(existsSync(join(folder, '.spillway/journal.db-journal'))).toBe(true)
  expect(() => readRun(folder)).toThrow('has not read its input yet')
  expect(readPastUse(folder, 0)).toEqual([])
  expect(load(folder, LINES)).toMatchObject({ status: 0, stderr: '' })
  const { items, counts } = readRun(folder)
  expect(counts.waiting).toBe(LINES)
  expect([items[0]?.id, items.at(-1)?.id]).toEqual(['n1', `n${LINES}`])
})

describe('an input that has changed', () => {
  const started = async (...prompts: string[]): Promise<(items: readonly BatchItem[]) => Promise<unknown>> => {
    const folder = newFolder()
    const journal = openJournal(folder, systemClock)
    await loadInput(journal, itemsOf(...prompts), false)
    return async (items) => {
      await loadInput(journal, items, true)
      journal.close()
      return readRun(folder).items.map(({ id, prompt }) => [id, prompt])
    }
  }

  test('in the middle is compared by its ids, whatever their order', async () => {
    const again = await started('a', 'b', 'c', 'd')
    const [a, b, c, d] = itemsOf('a', 'b', 'C', 'd') as [BatchItem, BatchItem, BatchItem, BatchItem]
    expect(await again([a, c, d, b])).toEqual([
      ['i1', 'a'],
      ['i2', 'b'],
      ['i3', 'C'],
      ['i4', 'd'],
    ])
  })

  test('at its end loses what is gone', async () => {
    const again = await started('a', 'b', 'c')
    expect(await again(itemsOf('a', 'b'))).toEqual([
      ['i1', 'a'],
      ['i2', 'b'],
    ])
  })

  test('has those share a picture that still ask for the same', async () => {
    const journal = openJournal(newFolder(), systemClock)
    await loadInput(journal, itemsOf('a', 'a', 'a', 'b', 'b'), false)
    const [, second, third, , fifth] = itemsOf('a', 'a', 'a', 'b', 'b')
    await loadInput(journal, [second, third, fifth] as BatchItem[], true)
    expect([...journal.items({ leaders: true })].map(({ id }) => id)).toEqual(['i2', 'i5'])
    expect(journal.itemOf('i3').sameAs).toBe('i2')
    journal.close()
  })
})
