import { appendFileSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { readItems } from '../input/read-items.ts'
import { lockFolder } from '../journal/lock.ts'
import { Refused, itemsOf, linesOf, newFolder, png, studio } from '../run/__fixtures__/studio.ts'
import { runBatchWith } from '../run/run-batch.ts'
import type { RunBatchOptions } from '../run/run-options.ts'
import { rebuildResults } from './rebuild-results.ts'

const FILES = ['results.jsonl', 'errors.jsonl']
const read = (folder: string): string[] => FILES.map((name) => readFileSync(join(folder, name), 'utf8'))

/** A run of which one item has failed, one is unknown, and two share a picture. */
async function finished(options: Pick<RunBatchOptions, 'estimateCost'> = {}): Promise<string> {
  const folder = newFolder()
  const { make } = studio(async ({ prompt }) => {
    if (prompt === 'refused') throw new Refused({ verdict: 'request_failed', status: 400 })
    if (prompt === 'lost') throw new Refused({ verdict: 'transient', billed: 'unknown' })
    return [png(prompt)]
  })
  await runBatchWith(
    { items: itemsOf('a fox', 'refused', 'lost', 'a fox'), make, folder, ...options },
    { reserveBytes: 1 },
  )
  return folder
}

describe('the results of a run', () => {
  test.each([
    ['deleted', (path: string) => rmSync(path)],
    ['torn in their last line', (path: string) => truncateSync(path, Math.max(0, readFileSync(path).length - 9))],
    ['without their last line', (path: string) => writeFileSync(path, readFileSync(path, 'utf8').replace(/.*\n$/, ''))],
    ['with something behind them', (path: string) => appendFileSync(path, '{"custom_id":')],
    ['changed in the middle', (path: string) => writeFileSync(path, readFileSync(path, 'utf8').replace('i', 'I'))],
    ['emptied', (path: string) => truncateSync(path)],
  ])('that were %s are made anew from the journal, to the byte', async (_, spoil) => {
    const folder = await finished()
    const before = read(folder)
    expect(before[0]?.match(/\n/g)).toHaveLength(4)
    expect(before[1]?.match(/\n/g)).toHaveLength(1)
    for (const name of FILES) spoil(join(folder, name))
    await rebuildResults(folder)
    expect(read(folder)).toEqual(before)
  })

  test('are made anew by no process while another one works', async () => {
    const folder = await finished()
    const unlock = lockFolder(folder)
    await expect(rebuildResults(folder)).rejects.toThrow('works in')
    unlock()
    await expect(rebuildResults(newFolder())).rejects.toThrow('There is no run in')
  })

  test('say what an item has cost, and nothing where nobody has said a price', async () => {
    expect(linesOf(await finished()).some((line) => 'cost' in line)).toBe(false)
    const lines = linesOf(await finished({ estimateCost: () => 0.5 }))
    // Refused for nothing, and made once for two.
    const costs = Object.fromEntries(lines.map(({ custom_id: id, cost }) => [id, cost]))
    expect(costs).toStrictEqual({ i1: 0.5, i2: undefined, i3: 0.5, i4: undefined })
  })

  test('have no picture and no key in them, and errors are an input', async () => {
    const folder = await finished()
    const [results = ''] = read(folder)
    expect(results).not.toContain(Buffer.from(png('a fox')).toString('base64').slice(0, 40))
    expect(results.length).toBeLessThan(4 * 700)
    const items: unknown[] = []
    for await (const item of readItems(join(folder, 'errors.jsonl'))) items.push(item)
    expect(items).toMatchObject([{ id: 'i2', prompt: 'refused', settings: {} }])
  })
})
