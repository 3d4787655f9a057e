import { readFileSync, readdirSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { fc, test as property } from '@fast-check/vitest'
import { systemClock } from '@spillway/core'
import { describe, expect, test } from 'vitest'
import { readItems } from '../input/read-items.ts'
import { openJournal } from '../journal/open-journal.ts'
import { readRun } from '../journal/read-run.ts'
import type { Make } from '../make/make.ts'
import { stage } from '../output/out-folder.ts'
import { rebuildResults } from '../output/rebuild-results.ts'
import { Refused, linesOf, newFolder, png, promptIn, studio } from './__fixtures__/studio.ts'
import { loadInput } from './load-input.ts'
import { runBatchWith } from './run-batch.ts'
import type { BatchEvent, RunStarted } from './run-events.ts'
import type { RunBatchOptions } from './run-options.ts'

type Start = Omit<RunBatchOptions, 'items' | 'make' | 'folder'>

/** A file of prompts without ids, made over and over in one folder. */
function prompts(answer?: Parameters<typeof studio>[0]) {
  const folder = newFolder()
  const { make, asked } = studio(answer)
  return {
    folder,
    asked,
    run: async (lines: readonly string[], options: Start = {}) => {
      const events: BatchEvent[] = []
      asked.length = 0
      const { counts, cost } = await runBatchWith(
        {
          items: readItems(Readable.from([Buffer.from(`${lines.join('\n')}\n`)])),
          make,
          folder,
          acceptChanges: true,
          onEvent: (event) => events.push(event),
          ...options,
        },
        { reserveBytes: 1 },
      )
      const started = events.find((event): event is RunStarted => event.type === 'run.started')
      return { counts, cost, asked: [...asked], started }
    },
    /** What each line of the input has, by its number. */
    results: () =>
      linesOf(folder)
        .toSorted((a, b) => a.line - b.line)
        .map(({ custom_id: id, line, files: [file] }) => [id, line, file && promptIn(folder, file.name)]),
  }
}

const FIVE = ['teal 1', 'teal 2', 'teal 3', 'teal 4', 'teal 5']

describe('a file without ids', () => {
  test('a line that is deleted: nothing is paid for again, and the lines behind it have their new numbers', async () => {
    const { folder, run, results } = prompts()
    await run(FIVE)
    const files = readdirSync(folder)
    const { asked, counts, started } = await run(FIVE.toSpliced(1, 1))
    expect(asked).toEqual([])
    expect(counts.done).toBe(4)
    expect(started).toMatchObject({ removed: 1, missing: 0 })
    expect(results()).toEqual([
      ['1', 1, 'teal 1'],
      ['2', 2, 'teal 3'],
      ['3', 3, 'teal 4'],
      ['4', 4, 'teal 5'],
    ])
    // Every file stays where it is, under the name that it had.
    expect(readdirSync(folder)).toEqual(files)
    const written = readFileSync(join(folder, 'results.jsonl'), 'utf8')
    writeFileSync(join(folder, 'results.jsonl'), '')
    await rebuildResults(folder)
    expect(readFileSync(join(folder, 'results.jsonl'), 'utf8')).toBe(written)
    // The next start has nothing to accept.
    expect(await run(FIVE.toSpliced(1, 1), { acceptChanges: false })).toMatchObject({
      asked: [],
      started: { removed: 0 },
    })
  })

  test('a line that is deleted and comes back has what it had, wherever it stands', async () => {
    const { run, results } = prompts()
    await run(FIVE)
    await run(FIVE.slice(0, 3))
    const { asked, counts } = await run(['teal 5', ...FIVE.slice(0, 3), 'teal 6'])
    expect(asked).toEqual(['teal 6'])
    expect(counts.done).toBe(5)
    expect(results().map(([, , prompt]) => prompt)).toEqual(['teal 5', 'teal 1', 'teal 2', 'teal 3', 'teal 6'])
  })

  test('the words say what has become of the lines', async () => {
    const { run } = prompts()
    await run(FIVE)
    const refused = (lines: string[]): Promise<unknown> => run(lines, { acceptChanges: false })
    await expect(refused(FIVE.toSpliced(1, 1))).rejects.toThrow(
      /with:\n {2}3 moved: 3 to 2, 4 to 3, 5 to 4\n {2}1 removed: 2\nAccept/,
    )
    await expect(refused(FIVE.toSpliced(0, 0, 'red'))).rejects.toThrow(
      /with:\n {2}1 added: 1\n {2}5 moved: 1 to 2, 2 to 3, 3 to 4, 4 to 5, 5 to 6\nAccept/,
    )
    await expect(refused(FIVE.with(2, 'red'))).rejects.toThrow(/with:\n {2}1 changed: 3\nAccept/)
  })

  test('two lines of the same prompt: the one that stays keeps the picture, a third gets a copy', async () => {
    const { run, results } = prompts()
    await run(['a', 'a', 'b'])
    expect(await run(['b', 'a'])).toMatchObject({ asked: [], counts: { done: 2 } })
    expect(await run(['b', 'a', 'a', 'a'])).toMatchObject({ asked: [], counts: { done: 4 } })
    expect(results().map(([, , prompt]) => prompt)).toEqual(['b', 'a', 'a', 'a'])
  })

  test('of a line whose end nobody knows, wherever it moves, nothing is asked before that is said', async () => {
    let lost = true
    const { run } = prompts(async ({ prompt }) => {
      if (prompt === 'lost' && lost) throw new Refused({ verdict: 'transient', billed: 'unknown' })
      return [png(prompt)]
    })
    await run(['a', 'lost'])
    lost = false
    expect(await run(['lost'])).toMatchObject({ asked: [], counts: { unknown: 1, done: 0 } })
    expect(await run(['a', 'b', 'lost', 'lost'])).toMatchObject({ asked: ['b'], counts: { unknown: 2, done: 2 } })
    expect(await run(['a'])).toMatchObject({ asked: [], counts: { unknown: 0, done: 1 } })
    // With an id of its own it is another item, and still the same picture that may have been made.
    const named = '{"prompt": "lost", "id": "own"}'
    expect(await run([named])).toMatchObject({ asked: [], counts: { unknown: 1 } })
    expect(await run([named], { onUnknown: 'again' })).toMatchObject({ asked: ['lost'], counts: { done: 1 } })
  })

  test('of a line whose end nobody knows, what takes its place is asked for at once where that is said', async () => {
    let lost = true
    const { run } = prompts(async ({ prompt }) => {
      if (lost) throw new Refused({ verdict: 'transient', billed: 'unknown' })
      return [png(prompt)]
    })
    await run(['lost'])
    lost = false
    const { asked, counts } = await run(['{"prompt": "lost", "id": "own"}'], { onUnknown: 'again' })
    expect(asked).toEqual(['lost'])
    expect(counts).toMatchObject({ done: 1, waiting: 0 })
  })

  test('a picture that came just before the run was killed is put in place, although its line is gone', async () => {
    const { folder, run, results } = prompts()
    const journal = openJournal(folder, systemClock)
    await loadInput(journal, readItems(Readable.from([Buffer.from('a\nb\n')])), false)
    const files = [await stage(folder, '0001-a.png', png('a'))]
    journal.saving(1, { source: 'request', files, endpoint: 'studio', model: 'painter' }, 1)
    journal.close()
    expect(await run(['b'])).toMatchObject({ asked: ['b'], counts: { done: 1, saving: 0 } })
    expect(promptIn(folder, '0001-a.png')).toBe('a')
    expect(await run(['b', 'a'])).toMatchObject({ asked: [], counts: { done: 2 } })
    expect(results()).toEqual([
      ['1', 1, 'b'],
      ['2', 2, 'a'],
    ])
  })

  test('a request of a line that has moved has the idempotency key that it had', async () => {
    const folder = newFolder()
    const keys: (string | undefined)[] = []
    const make: Make = async (_, { idempotencyKey }) => {
      keys.push(idempotencyKey)
      throw new Error('not sent')
    }
    const start = (text: string): Promise<unknown> => {
      const items = readItems(Readable.from([Buffer.from(text)]))
      return runBatchWith({ items, make, folder, acceptChanges: true, retryErrors: true }, { reserveBytes: 1 })
    }
    await start('b\n')
    await start('a\nb\n')
    await start('a\n')
    await start('a\nb\n')
    const [b] = keys
    // Asked for in each start in which it is a line.
    expect(keys.filter((key) => key === b)).toHaveLength(3)
    expect(keys).toHaveLength(6)
    expect(new Set(keys).size).toBe(2)
  })

  test('what was removed has been paid for, and may be started again after it is edited', async () => {
    const { run, results } = prompts()
    const paid = { estimateCost: () => 1 }
    await run(['a', 'b', 'c'], paid)
    expect(await run(['a', 'B'], paid)).toMatchObject({ asked: ['B'], cost: 4 })
    expect(await run(['c', 'b'], paid)).toMatchObject({ asked: [], cost: 4 })
    expect(results()).toEqual([
      ['1', 1, 'c'],
      ['2', 2, 'b'],
    ])
  })
})

test('a picture that was moved away is told of, and not made again', async () => {
  const { folder, run } = prompts()
  await run(['a', 'b', 'c'])
  renameSync(join(folder, '0002-b.png'), join(newFolder(), 'b.png'))
  expect(await run(['a', 'b', 'c'])).toMatchObject({ asked: [], started: { missing: 1 }, counts: { done: 3 } })
  // Of a line that is gone nothing is missed.
  expect(await run(['a', 'c'])).toMatchObject({ started: { missing: 0, removed: 1 } })
})

const WORDS = ['a', 'b', 'c', 'd', 'e', 'f'] as const
/** `own`: some lines have one that goes with their prompt. `numbers`: all have the number of some line. */
type Ids = 'none' | 'own' | 'numbers'

function withIds(lines: readonly string[], ids: Ids): string[] {
  const times = new Map<string, number>()
  return lines.map((prompt, index) => {
    const time = (times.get(prompt) ?? 0) + 1
    times.set(prompt, time)
    const id =
      ids === 'numbers' ? `${lines.length - index}` : ids === 'own' && prompt < 'd' ? `${prompt}${time}` : undefined
    return JSON.stringify({ prompt, id })
  })
}

type Edit = typeof edit extends fc.Arbitrary<infer T> ? T : never
const edit = fc.record({
  kind: fc.constantFrom('delete', 'insert', 'move', 'duplicate', 'edit'),
  at: fc.nat({ max: 9 }),
  to: fc.nat({ max: 9 }),
  word: fc.constantFrom(...WORDS),
})

function edited(lines: readonly string[], { kind, at, to, word }: Edit): readonly string[] {
  const [i, j] = [at % lines.length, to % lines.length]
  const line = lines[i] as string
  if (kind === 'delete') return lines.length > 1 ? lines.toSpliced(i, 1) : lines
  if (kind === 'insert') return lines.toSpliced(i, 0, word)
  if (kind === 'move') return lines.toSpliced(i, 1).toSpliced(j, 0, line)
  if (kind === 'duplicate') return lines.toSpliced(j, 0, line)
  return lines.with(i, word)
}

property.prop(
  [
    fc.array(fc.constantFrom(...WORDS), { minLength: 1, maxLength: 7 }),
    fc.array(
      fc.record({
        edits: fc.array(edit, { maxLength: 4 }),
        limit: fc.integer({ min: 1, max: 9 }),
        ids: fc.constantFrom<Ids>('none', 'none', 'own', 'numbers'),
      }),
      { minLength: 2, maxLength: 5 },
    ),
  ],
  { numRuns: 40 },
)(
  'however a file is edited, nothing that is done is asked for again, and the results are those of its lines',
  async (first, starts) => {
    const { folder, run, results } = prompts()
    const made = new Set<string>()
    let lines: readonly string[] = first
    for (const { edits, limit, ids } of [...starts, { edits: [], limit: Infinity, ids: 'none' as const }]) {
      lines = edits.reduce(edited, lines)
      const text = withIds(lines, ids)
      const { asked, counts } = await run(text, { limit, maxConcurrency: 2 })
      expect(asked.filter((prompt) => made.has(prompt))).toEqual([])
      expect(new Set(asked).size).toBe(asked.length)
      for (const prompt of asked) made.add(prompt)
      // What is made is in each line that asks for it, and nothing else is anywhere.
      const { items } = readRun(folder)
      const byLine = items.toSorted((a, b) => a.line - b.line)
      expect(byLine.map(({ prompt }) => prompt)).toEqual(lines)
      expect(byLine.map(({ line }) => line)).toEqual(lines.map((_, index) => index + 1))
      expect(results()).toEqual(
        byLine.filter(({ state }) => state === 'done').map(({ id, line, prompt }) => [id, line, prompt]),
      )
      expect(counts.done + counts.waiting).toBe(lines.length)
      for (const { prompt, state } of items) if (state === 'done') expect(made).toContain(prompt)
      if (limit === Infinity) expect(counts.done).toBe(lines.length)
    }
  },
  60_000,
)
