import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { systemClock } from '@spillway/core'
import { afterEach, describe, expect, test, vi } from 'vitest'
import type { Journal, NewItem } from './journal.ts'
import { lockFolder } from './lock.ts'
import { openJournal } from './open-journal.ts'
import { readRun } from './read-run.ts'
import { sqlite } from './sqlite.ts'

const newFolder = (): string => mkdtempSync(join(tmpdir(), 'journal-'))
const open: Journal[] = []
const openIn = (folder: string): Journal => {
  const journal = openJournal(folder, systemClock)
  open.push(journal)
  return journal
}
afterEach(() => {
  for (const journal of open.splice(0)) journal.close()
})

const item = (id: string, fingerprint = id): NewItem => ({
  id,
  line: 1,
  fingerprint,
  prompt: `a ${id}`,
  settings: { size: '1024x1024' },
  name: `${id}-a-${id}`,
})
async function fill(journal: Journal, ...items: NewItem[]): Promise<void> {
  await journal.atomically(async () => {
    journal.setInput('hash')
    for (const each of items) journal.add(each)
    journal.findSame()
  })
}
const MADE = {
  source: 'request',
  files: [{ name: 'fox-a-fox.png', bytes: 3, sha256: 'abc' }],
  endpoint: 'gemini',
  model: 'painter',
} as const

describe('a journal', () => {
  test('tells the story of a run, while it is open', async () => {
    const folder = newFolder()
    const journal = openIn(folder)
    await fill(journal, item('fox'), { ...item('owl'), model: 'sketcher' })
    journal.launch({ pid: 7, options: { maxCost: 3 }, startedAt: 1000 })
    const first = journal.sent(1, { endpoint: 'gemini', model: 'painter', at: 1100, expectedCost: 0.04 })
    journal.attemptEnded(first, { verdict: 'overloaded', status: 503, billed: 'no' }, 0, 1200)
    const second = journal.sent(1, { endpoint: 'relay', model: 'painter', at: 1300, expectedCost: 0.04 })
    journal.attemptEnded(second, { verdict: 'success', status: 200, billed: 'yes' }, 0.05, 1400)
    journal.saving(1, MADE, 1400)
    journal.done(1, 1500)
    journal.failed(2, 'failed', { code: 'request_failed', message: 'refused' }, 1600)
    journal.endpointState('gemini', 'open', 1250)
    journal.waitEnded(journal.waitBegan('quota', 1600, { endpoint: 'relay', until: 2000 }), 1900)
    journal.stopped('finished', 2000)

    const { items, ...run } = readRun(folder)
    expect(run).toMatchObject({ folder, inputHash: 'hash', cost: 0.05, counts: { done: 1, failed: 1, waiting: 0 } })
    expect(run.launches).toEqual([
      { number: 1, pid: 7, options: { maxCost: 3 }, startedAt: 1000, endedAt: 2000, stopped: 'finished' },
    ])
    expect(items).toEqual([
      {
        ...item('fox'),
        seq: 1,
        state: 'done',
        made: MADE,
        attempts: 2,
        cost: 0.05,
        startedAt: 1100,
        endedAt: 1500,
        place: 1,
      },
      {
        ...item('owl'),
        model: 'sketcher',
        seq: 2,
        state: 'failed',
        error: { code: 'request_failed', message: 'refused' },
        attempts: 0,
        cost: 0,
        endedAt: 1600,
        place: 2,
      },
    ])
    expect(run.attempts.map(({ number, endpoint, verdict, cost }) => [number, endpoint, verdict, cost])).toEqual([
      [1, 'gemini', 'overloaded', 0],
      [2, 'relay', 'success', 0.05],
    ])
    expect(run.endpointStates).toEqual([{ at: 1250, endpoint: 'gemini', state: 'open' }])
    expect(run.waits).toEqual([{ reason: 'quota', endpoint: 'relay', startedAt: 1600, until: 2000, endedAt: 1900 }])
  })

  test('knows who shares the picture of whom', async () => {
    const folder = newFolder()
    await fill(openIn(folder), item('a', 'same'), item('b'), item('c', 'same'), item('d', 'same'))
    expect(readRun(folder).items.map(({ sameAs }) => sameAs)).toEqual([undefined, undefined, 'a', 'a'])
  })

  test('keeps nothing of a load that fails half-way', async () => {
    const folder = newFolder()
    const journal = openIn(folder)
    const load = journal.atomically(async () => {
      journal.setInput('hash')
      journal.add(item('a'))
      throw new Error('line 2 is broken')
    })
    await expect(load).rejects.toThrow('line 2')
    expect(journal.counts().waiting).toBe(0)
    expect(() => readRun(folder)).toThrow('has not read its input yet')
  })

  test('is whole after its process was killed with a request out', () => {
    const folder = newFolder()
    const script = fileURLToPath(new URL('./__fixtures__/write-and-die.ts', import.meta.url))
    const { signal } = spawnSync(process.execPath, ['--conditions=@spillway/source', script, folder])
    expect(signal).toBe('SIGKILL')
    expect(existsSync(join(folder, '.spillway/journal.db-wal'))).toBe(true)
    const run = readRun(folder)
    expect(run.items).toMatchObject([{ id: 'a', state: 'sent', startedAt: 2 }])
    expect(run.launches[0]).not.toHaveProperty('stopped')
    // And again, when the reader has been there, and by the run that goes on.
    expect(readRun(folder).cost).toBe(0.04)
    expect(openIn(folder).counts().sent).toBe(1)
  })
})

test('what a killed process has left open is closed as it was expected, and may be billed', async () => {
  const folder = newFolder()
  const journal = openIn(folder)
  await fill(journal, item('a'))
  journal.sent(1, { endpoint: 'gemini', model: 'painter', at: 2, expectedCost: 0.04 })
  for (const until of [50, 5000, undefined]) journal.waitBegan('quota', 10, until === undefined ? {} : { until })
  journal.leaveOpen(100)
  const { attempts, waits } = readRun(folder)
  expect(attempts).toMatchObject([{ billed: 'unknown', cost: 0.04 }])
  expect(waits.map(({ endedAt }) => endedAt)).toEqual([50, 100, 10])
})

const inNewSpace = (command: string): ReturnType<typeof spawnSync> =>
  spawnSync('unshare', ['-Urm', 'sh', '-c', `mount -t tmpfs tmpfs /mnt && ${command}`], { encoding: 'utf8' })

test.skipIf(inNewSpace('true').status !== 0)('a run that has ended is read where nothing can be written', async () => {
  const folder = newFolder()
  const journal = openJournal(folder, systemClock)
  await fill(journal, item('a'))
  journal.close()
  const script = `import { readRun } from '${new URL('./read-run.ts', import.meta.url).href}'
    console.log(readRun('/mnt/run').items.map(({ id }) => id).join())`
  const node = `${process.execPath} --conditions=@spillway/source --input-type=module-typescript -e "${script}"`
  const { stdout, stderr } = inNewSpace(`cp -r ${folder} /mnt/run && mount -o remount,ro /mnt && ${node}`)
  expect({ stdout, stderr }).toEqual({ stdout: 'a\n', stderr: '' })
})

describe('refused is', () => {
  const journalIn = (folder: string): string => {
    mkdirSync(join(folder, '.spillway'), { recursive: true })
    return join(folder, '.spillway/journal.db')
  }

  test('a folder without a run, or with one that has only just begun', () => {
    expect(() => readRun(newFolder())).toThrow(/There is no run in .*journal\.db does not exist/)
    const folder = newFolder()
    writeFileSync(journalIn(folder), '')
    expect(() => readRun(folder)).toThrow('has not read its input yet')
  })

  test('the journal of another version', async () => {
    const folder = newFolder()
    await fill(openIn(folder), item('a'))
    const db = new (sqlite().DatabaseSync)(journalIn(folder))
    db.exec('PRAGMA user_version = 2')
    db.close()
    expect(() => readRun(folder)).toThrow('has schema 2, and this version of Spillway knows 1')
    expect(() => openJournal(folder, systemClock)).toThrow('finish the run with the version that began it')
  })

  test("somebody else's database", () => {
    const folder = newFolder()
    const db = new (sqlite().DatabaseSync)(journalIn(folder))
    db.exec('CREATE TABLE t (a)')
    db.close()
    expect(() => openJournal(folder, systemClock)).toThrow('is no journal of Spillway')
  })

  test('a damaged journal', () => {
    const folder = newFolder()
    writeFileSync(journalIn(folder), 'no database, but long enough to be read as the beginning of one '.repeat(100))
    expect(() => readRun(folder)).toThrow('is damaged')
    expect(() => openJournal(folder, systemClock)).toThrow('restore it from a copy')
  })

  test('a folder in which another process works, with its pid', async () => {
    const folder = newFolder()
    await fill(openIn(folder), item('a'))
    expect(readRun(folder)).not.toHaveProperty('runningPid')
    const unlock = lockFolder(folder)
    expect(readRun(folder).runningPid).toBe(process.pid)
    expect(() => lockFolder(folder)).toThrow(`The process ${process.pid} works in ${folder}`)
    unlock()
    expect(readRun(folder)).not.toHaveProperty('runningPid')
    lockFolder(folder)()
  })
})

test('loading SQLite says nothing of experiments, and keeps quiet about nothing else', () => {
  const said = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
  const load = process.getBuiltinModule.bind(process)
  // As Node 22 does it.
  vi.spyOn(process, 'getBuiltinModule').mockImplementation((name: string) => {
    process.emitWarning('SQLite is an experimental feature and might change at any time', 'ExperimentalWarning')
    process.emitWarning('something else', 'DeprecationWarning')
    return load(name)
  })
  expect(sqlite()).toHaveProperty('DatabaseSync')
  process.emitWarning('afterwards')
  expect(said.mock.calls).toEqual([['something else', 'DeprecationWarning'], ['afterwards']])
})
