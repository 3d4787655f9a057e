import { systemClock } from '@spillway/core'
import { expect, test } from 'vitest'
import { openJournal } from '../journal/open-journal.ts'
import { readRun } from '../journal/read-run.ts'
import type { Make } from '../make/make.ts'
import { itemsOf, newFolder, png, studio } from './__fixtures__/studio.ts'
import { runBatch } from './run-batch.ts'

test('asks a maker that remembers again for what was out when the run was killed, and tells when it left', async () => {
  const AT = Date.UTC(2026, 2, 3)
  const killed = async (): Promise<string> => {
    const folder = newFolder()
    await runBatch({ items: itemsOf('a fox', 'an owl'), make: studio().make, folder, limit: 1 })
    const journal = openJournal(folder, systemClock)
    journal.sent(2, { endpoint: 'studio', model: 'painter', at: AT, expectedCost: 0 })
    journal.close()
    return folder
  }
  const elsewhere: Make = async (item, { attempts, runKey }) => {
    expect(runKey).toBe(readRun(folder).key)
    await attempts.sending({ endpoint: 'studio', model: 'painter', at: AT })
    attempts.ended({ endpoint: 'studio', verdict: 'success', billed: 'yes', tookMs: 30_000 })
    return { images: [{ bytes: png(item.prompt) }], endpoint: 'studio', model: 'painter' }
  }
  const folder = await killed()
  expect((await runBatch({ make: elsewhere, folder, makerRemembers: true })).counts).toMatchObject({ done: 2 })
  const { startedAt, endedAt = 0 } = readRun(folder).attempts.at(-1) ?? {}
  expect(startedAt).toBe(AT)
  expect(Math.abs(endedAt - AT - 30_000)).toBeLessThan(2)
  expect((await runBatch({ make: elsewhere, folder: await killed() })).counts).toMatchObject({ done: 1, unknown: 1 })
})
