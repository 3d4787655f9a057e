import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { fingerprintOf } from '../input/fingerprint.ts'
import { lockFolder } from '../journal/lock.ts'
import { readRun } from '../journal/read-run.ts'
import { itemsOf, linesOf, newFolder, studio } from './__fixtures__/studio.ts'
import { runBatchWith } from './run-batch.ts'
import type { RunBatchOptions } from './run-options.ts'

const runBatch = (options: RunBatchOptions): ReturnType<typeof runBatchWith> =>
  runBatchWith(options, { reserveBytes: 1 })

describe('refused before any call is', () => {
  const { make, asked } = studio()
  const items = itemsOf('a fox', 'an owl')

  test.each([
    ['an unknown option', { maxCosts: 3 }, 'runBatch.maxCosts must be one of'],
    ['a number out of its range', { maxConcurrency: 0 }, 'runBatch.maxConcurrency must be an integer of at least 1'],
    ['a ceiling without an estimate', { maxCost: 3 }, 'runBatch.estimateCost must be a function'],
    ['a word that is none', { onUnknown: 'maybe' }, 'runBatch.onUnknown must be one of skip, again'],
  ])('%s', async (_, option, message) => {
    await expect(runBatch({ items, make, folder: newFolder(), ...(option as object) })).rejects.toThrow(message)
  })

  test('a folder that is a file, or within one, or that the system does not allow', async () => {
    const file = join(newFolder(), 'file')
    writeFileSync(file, '')
    await expect(runBatch({ items, make, folder: file })).rejects.toThrow('there is a file of that name')
    await expect(runBatch({ items, make, folder: join(file, 'x') })).rejects.toThrow('a part of the path is a file')
    await expect(runBatch({ items, make, folder: '/proc/spillway' })).rejects.toThrow('Choose another folder.')
  })

  test('a folder that another process works in', async () => {
    const folder = newFolder()
    const unlock = lockFolder(folder)
    await expect(runBatch({ items, make, folder })).rejects.toThrow(`The process ${process.pid} works in ${folder}`)
    unlock()
    await runBatch({ items: itemsOf('a fox'), make: studio().make, folder })
  })

  test('no items for a folder without a run', async () => {
    await expect(runBatch({ make, folder: newFolder() })).rejects.toThrow('There is no run in')
  })

  test('an input that fails half-way, of which nothing is kept', async () => {
    const folder = newFolder()
    function* broken(): Generator<(typeof items)[0]> {
      yield* items
      throw new Error('line 3 is wrong')
    }
    await expect(runBatch({ items: broken(), make, folder })).rejects.toThrow('line 3')
    await expect(runBatch({ make, folder })).rejects.toThrow('There is no run in')
    expect(readdirSync(folder)).toEqual([])
    await expect(runBatch({ items: broken(), make, folder: join(folder, 'new/images') })).rejects.toThrow('line 3')
    expect(readdirSync(folder)).toEqual([])
  })

  test('a cache that cannot be a folder', async () => {
    const folder = newFolder()
    const cache = join(folder, 'file')
    writeFileSync(cache, '')
    await expect(runBatch({ items, make, folder: join(folder, 'images'), cache })).rejects.toMatchObject({
      code: 'ERR_SPILLWAY_BATCH_FOLDER',
      message: `Cannot keep pictures in the cache ${cache}: there is a file of that name. Choose another folder.`,
    })
    expect(readdirSync(folder)).toEqual(['file'])
  })

  test('an input that is not the one of the run, with what differs', async () => {
    const folder = newFolder()
    await runBatch({ items: itemsOf('a', 'b', 'c'), make: studio().make, folder, limit: 1 })
    const changed = itemsOf('a', 'B').with(0, { ...itemsOf('a')[0]!, id: 'new' }) // i1, i3 gone; i2 changed
    await expect(runBatch({ items: changed, make, folder })).rejects.toThrow(
      /not the one that this run began with:\n {2}1 added: new\n {2}1 changed: i2\n {2}2 removed: i1, i3\nAccept the changes \(--accept-changes\)/,
    )
    // Nothing of it was taken.
    expect(readRun(folder).items.map(({ id, prompt }) => [id, prompt])).toEqual([
      ['i1', 'a'],
      ['i2', 'b'],
      ['i3', 'c'],
    ])
    const again = studio()
    const { counts } = await runBatch({ items: changed, make: again.make, folder, acceptChanges: true })
    expect(again.asked).toEqual(['B'])
    // i1, which is not in it any more, gives its picture to the new one, and counts no longer.
    expect(counts).toMatchObject({ done: 2, waiting: 0 })
    expect(linesOf(folder).map(({ custom_id: id }) => id)).toEqual(['new', 'i2'])
  })

  test('an input whose model or settings are others, and says that it is them', async () => {
    const folder = newFolder()
    await runBatch({ items: itemsOf('a', 'b'), make: studio().make, folder })
    const settings = { size: '1024x1024' }
    const other = itemsOf('a', 'b').map((item) => ({
      ...item,
      settings,
      fingerprint: fingerprintOf({ ...item, settings }),
    }))
    await expect(runBatch({ items: other, make, folder })).rejects.toThrow(
      /with:\n {2}2 changed: i1, i2\nThe prompt is the same: the model or a setting is not .*\nAccept/,
    )
  })

  test('nothing else was asked for', () => expect(asked).toEqual([]))
})
