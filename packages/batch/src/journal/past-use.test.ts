import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { VirtualClock } from '@spillway/core/testing'
import { expect, test } from 'vitest'
import type { Journal, NewItem } from './journal.ts'
import { openJournal } from './open-journal.ts'
import { readPastUse } from './past-use.ts'

const item = (id: string, n: number): NewItem => ({
  id,
  line: 1,
  fingerprint: id,
  prompt: '12 letters..',
  settings: { n },
  name: id,
})

const journalOf = async (write: (journal: Journal) => void): Promise<string> => {
  const folder = mkdtempSync(join(tmpdir(), 'past-use-'))
  const journal = openJournal(folder, new VirtualClock())
  await journal.atomically(async () => {
    journal.setInput('hash')
    for (let i = 1; i <= 4; i++) journal.add(item(`i${i}`, i))
  })
  journal.launch({ pid: 1, options: {}, startedAt: 0 })
  write(journal)
  journal.close()
  return folder
}

const send = (journal: Journal, seq: number, endpoint: string, at: number): number =>
  journal.sent(seq, { endpoint, model: 'painter', at, expectedCost: 0 })

test('every request that has left counts by what it should use or has used, but makes no picture where it is refused', async () => {
  const folder = await journalOf((journal) => {
    const refused = send(journal, 1, 'gemini', 5000)
    journal.attemptEnded(refused, { verdict: 'overloaded', status: 503, billed: 'no' }, 0, 5500)
    const made = send(journal, 1, 'gemini', 9000)
    journal.attemptEnded(made, { verdict: 'success', billed: 'yes' }, 0, 9500)
    const usage = { inputTokens: 5, outputTokens: 600, tokens: 700, images: 1 }
    journal.saving(1, { source: 'request', files: [], endpoint: 'gemini', model: 'painter', usage }, 9600)
    // Still out when the process was killed.
    send(journal, 2, 'relay', 12_000)
    // Whoever sent it had gone before it left.
    const canceled = send(journal, 3, 'relay', 15_000)
    journal.attemptEnded(canceled, { verdict: 'canceled', billed: 'no' }, 0, 15_000)
  })
  expect(readPastUse(folder, 0)).toEqual([
    { partition: 'gemini', at: 5000, used: { requests: 1, images: 0, tokens: 1293 } },
    { partition: 'gemini', at: 9000, used: { requests: 1, images: 1, tokens: 700 } },
    { partition: 'relay', at: 12_000, used: { requests: 1, images: 2, tokens: 2583 } },
  ])
})

test('what was sent in the same second is told of together, and what is over is not told of', async () => {
  const folder = await journalOf((journal) => {
    for (const [seq, at] of [4000, 7100, 7200, 7900].entries()) send(journal, seq + 1, 'gemini', at)
  })
  expect(readPastUse(folder, 4001)).toEqual([
    { partition: 'gemini', at: 7900, used: { requests: 3, images: 9, tokens: 9 * 1290 + 9 } },
  ])
})

test('without a run nothing was used, and a journal that is none is refused', () => {
  const folder = mkdtempSync(join(tmpdir(), 'past-use-'))
  expect(readPastUse(folder, 0)).toEqual([])
  mkdirSync(join(folder, '.spillway'))
  writeFileSync(join(folder, '.spillway', 'journal.db'), 'no journal at all, but long enough to be taken for one')
  expect(() => readPastUse(folder, 0)).toThrow(expect.objectContaining({ code: 'ERR_SPILLWAY_BATCH_JOURNAL' }))
})
