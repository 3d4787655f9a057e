import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { memoryCacheStore } from '@spillway/core'
import { describe, expect, test } from 'vitest'
import { itemsOf, linesOf, newFolder, promptIn, studio } from './__fixtures__/studio.ts'
import { runBatchWith } from './run-batch.ts'
import type { BatchEvent } from './run-events.ts'
import type { RunBatchOptions } from './run-options.ts'

const runBatch = (options: RunBatchOptions): ReturnType<typeof runBatchWith> =>
  runBatchWith(options, { reserveBytes: 1 })

describe('a cache', () => {
  const items = itemsOf('a fox', 'an owl')
  test.each([
    ['a folder', (folder: string) => join(folder, 'kept')],
    ['a store', () => memoryCacheStore()],
  ])('that is %s gives later runs what an earlier one has made', async (_, open) => {
    const cache = open(newFolder())
    const { make, asked } = studio()
    await runBatch({ items: items.slice(0, 1), make, folder: newFolder(), cache })
    const folder = newFolder()
    await runBatch({ items, make, folder, cache })
    expect(asked).toEqual(['a fox', 'an owl'])
    expect(promptIn(folder, 'i1-a-fox.png')).toBe('a fox')
    expect(linesOf(folder).find(({ custom_id: id }) => id === 'i1')).toMatchObject({ source: 'cache', attempts: 0 })
  })

  test('whose picture is damaged gives nothing, and takes it again', async () => {
    const cache = join(newFolder(), 'kept')
    const { make, asked } = studio()
    await runBatch({ items, make, folder: newFolder(), cache })
    for (const name of readdirSync(join(cache, 'images'), { recursive: true }) as string[])
      if (name.endsWith('.png')) writeFileSync(join(cache, 'images', name), 'damaged')
    await runBatch({ items, make, folder: newFolder(), cache })
    expect(asked).toHaveLength(4)
    await runBatch({ items, make, folder: newFolder(), cache })
    expect(asked).toHaveLength(4)
  })

  test('that several runs write at once is whole for all', async () => {
    const cache = join(newFolder(), 'kept')
    const many = itemsOf(...Array.from({ length: 12 }, (_, index) => `picture ${index}`))
    const both = [newFolder(), newFolder(), newFolder()].map((folder) =>
      runBatch({ items: many, make: studio().make, folder, cache }),
    )
    expect((await Promise.all(both)).map(({ counts }) => counts.done)).toEqual([12, 12, 12])
    const { make, asked } = studio()
    expect((await runBatch({ items: many, make, folder: newFolder(), cache })).counts.done).toBe(12)
    expect(asked).toEqual([])
    const left = readdirSync(cache, { recursive: true }) as string[]
    expect(left.filter((name) => name.endsWith('.partial'))).toEqual([])
    // A picture for each, however many runs have made it, and nothing of a prompt in any name.
    expect(left.filter((name) => name.endsWith('.png'))).toHaveLength(12)
    expect(left.join()).not.toContain('picture')
  })

  test('that fails or hangs costs a run nothing but the picture', async () => {
    const events: BatchEvent[] = []
    const fail = async (): Promise<never> => Promise.reject(Object.assign(new Error('away'), { code: 'ECONNREFUSED' }))
    const cache = { get: fail, set: fail, delete: fail }
    const folder = newFolder()
    const onEvent = (event: BatchEvent): void => void events.push(event)
    const { counts } = await runBatch({ items, make: studio().make, folder, cache, onEvent })
    expect(counts.done).toBe(2)
    expect(events.filter(({ type }) => type === 'cache.failed')).toMatchObject([{ code: 'ECONNREFUSED' }, {}])
  })
})
