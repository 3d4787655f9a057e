import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test, vi } from 'vitest'
import { fingerprintOf } from '../input/fingerprint.ts'
import { readRun } from '../journal/read-run.ts'
import { Refused, itemsOf, linesOf, newFolder, png, promptIn, studio } from './__fixtures__/studio.ts'
import { runBatchWith } from './run-batch.ts'
import type { BatchEvent } from './run-events.ts'
import type { RunBatchOptions } from './run-options.ts'

const runBatch = (options: RunBatchOptions): ReturnType<typeof runBatchWith> =>
  runBatchWith(options, { reserveBytes: 1 })

const pictures = (folder: string): string[] =>
  readdirSync(folder)
    .filter((name) => /\.(png|bin)$/.test(name))
    .toSorted()

describe('a run', () => {
  test('makes each item into a file, a line and an entry of the journal', async () => {
    const folder = newFolder()
    const { make, asked } = studio()
    const summary = await runBatch({
      items: itemsOf('a fox', 'an owl'),
      make,
      folder,
      note: { seed: 7 },
      maxConcurrency: 1,
    })
    expect(summary).toMatchObject({ stopped: 'finished', counts: { done: 2, waiting: 0 } })
    expect(asked).toEqual(['a fox', 'an owl'])
    expect(pictures(folder)).toEqual(['i1-a-fox.png', 'i2-an-owl.png'])
    expect(promptIn(folder, 'i1-a-fox.png')).toBe('a fox')
    expect(linesOf(folder)).toMatchObject([
      {
        custom_id: 'i1',
        response: { status_code: 200, body: { model: 'painter', data: [{ file: 'i1-a-fox.png' }] } },
        error: null,
        state: 'done',
        source: 'request',
        endpoint: 'studio',
        attempts: 1,
        usage: { images: 1 },
        files: [{ name: 'i1-a-fox.png', sha256: expect.stringMatching(/^[0-9a-f]{64}$/) }],
      },
      { custom_id: 'i2' },
    ])
    expect(linesOf(folder, 'errors.jsonl')).toEqual([])
    // Nothing but what belongs to it is left, and no room is kept any longer.
    expect(readdirSync(join(folder, '.spillway')).toSorted()).toEqual(['journal.db', 'lock.db'])
    expect(readRun(folder)).toMatchObject({ launches: [{ stopped: 'finished', options: { note: { seed: 7 } } }] })
  })

  test('makes nothing again, whether it is given its input or not', async () => {
    const folder = newFolder()
    const { make, asked } = studio()
    await runBatch({ items: itemsOf('a fox', 'an owl'), make, folder, limit: 1 })
    expect(asked).toEqual(['a fox'])
    expect(await runBatch({ make, folder })).toMatchObject({ stopped: 'finished', counts: { done: 2 } })
    await runBatch({ items: itemsOf('a fox', 'an owl'), make, folder })
    expect(asked).toEqual(['a fox', 'an owl'])
    expect(linesOf(folder)).toHaveLength(2)
    expect(readRun(folder).launches.map(({ stopped }) => stopped)).toEqual(['limit', 'finished', 'finished'])
  })

  test('asks once for what is the same, and gives each a file of its own', async () => {
    const folder = newFolder()
    const { make, asked } = studio()
    await runBatch({ items: itemsOf('a fox', 'an owl', 'a fox', 'a fox'), make, folder })
    expect(asked).toEqual(['a fox', 'an owl'])
    expect(pictures(folder)).toEqual(['i1-a-fox.png', 'i2-an-owl.png', 'i3-a-fox.png', 'i4-a-fox.png'])
    const same = linesOf(folder).filter(({ source }) => source === 'same')
    expect(same).toMatchObject([
      { custom_id: 'i3', same_as: 'i1', attempts: 0 },
      { custom_id: 'i4', same_as: 'i1' },
    ])
    // Each is its own: what happens to one happens to no other.
    writeFileSync(join(folder, 'i1-a-fox.png'), 'painted over')
    expect(promptIn(folder, 'i3-a-fox.png')).toBe('a fox')
  })

  test('gives those that ask for the same its failure as well', async () => {
    const folder = newFolder()
    const { make, asked } = studio(async () => {
      throw new Refused({ verdict: 'request_failed', status: 400 })
    })
    expect((await runBatch({ items: itemsOf('a fox', 'a fox'), make, folder })).counts.failed).toBe(2)
    expect(asked).toHaveLength(1)
  })

  test('numbers the pictures of an item that has several', async () => {
    const folder = newFolder()
    const jpeg = Buffer.from([0xff, 0xd8, 0xff, 0xe0])
    const { make } = studio(async () => [png('a fox'), jpeg])
    await runBatch({ items: itemsOf('a fox'), make, folder })
    expect(pictures(folder)).toEqual(['i1-a-fox_1.png'])
    expect(existsSync(join(folder, 'i1-a-fox_2.jpg'))).toBe(true)
  })

  test('writes what failed so that it can be given as input again, and never in the words of the provider', async () => {
    const folder = newFolder()
    let broken = true
    const { make, asked } = studio(async ({ prompt }) => {
      if (broken && prompt === 'a fox') throw new Refused({ verdict: 'overloaded', status: 503 })
      return [png(prompt)]
    })
    const first = await runBatch({ items: itemsOf('a fox', 'an owl'), make, folder })
    expect(first.counts).toMatchObject({ done: 1, failed: 1 })
    const error = { code: 'overloaded', message: '503: the model is overloaded', verdict: 'overloaded', status: 503 }
    expect(linesOf(folder, 'errors.jsonl')).toEqual([{ id: 'i1', prompt: 'a fox', error }])
    expect(linesOf(folder).find(({ custom_id: id }) => id === 'i1')).toMatchObject({
      response: null,
      error: { code: 'overloaded', status_code: 503 },
    })

    broken = false
    await runBatch({ make, folder })
    expect(asked).toHaveLength(2)
    expect((await runBatch({ make, folder, retryErrors: true })).counts).toMatchObject({ done: 2, failed: 0 })
    expect(linesOf(folder, 'errors.jsonl')).toEqual([])
    expect(linesOf(folder).map(({ custom_id: id, state }) => [id, state])).toEqual([
      ['i2', 'done'],
      ['i1', 'done'],
    ])
  })

  test('asks again by itself for what failed of a wrong key, model or address', async () => {
    const folder = newFolder()
    let wrong = true
    const { make, asked } = studio(async ({ prompt }) => {
      if (wrong) throw new Refused({ verdict: 'endpoint_failed', status: 401 })
      return [png(prompt)]
    })
    expect((await runBatch({ items: itemsOf('a fox', 'an owl'), make, folder })).counts).toMatchObject({ failed: 2 })
    wrong = false
    expect((await runBatch({ make, folder })).counts).toMatchObject({ done: 2, failed: 0 })
    expect(asked).toHaveLength(4)
    expect(linesOf(folder, 'errors.jsonl')).toEqual([])
  })

  test('reports a request whose end nobody knows, and asks again only when told to', async () => {
    const folder = newFolder()
    let lost = true
    const { make, asked } = studio(async ({ prompt }) => {
      if (lost) throw new Refused({ verdict: 'transient', billed: 'unknown' })
      return [png(prompt)]
    })
    const events: BatchEvent[] = []
    const first = await runBatch({
      items: itemsOf('a fox', 'a fox'),
      make,
      folder,
      onEvent: (event) => events.push(event),
    })
    expect(first.counts).toMatchObject({ unknown: 2 })
    expect(events.filter(({ type }) => type === 'item.unknown')).toMatchObject([{ id: 'i1' }, { id: 'i2' }])
    expect(linesOf(folder)[0]).toMatchObject({ state: 'unknown', error: { code: 'outcome_unknown' } })
    expect(linesOf(folder, 'errors.jsonl')).toEqual([])

    lost = false
    await runBatch({ make, folder, retryErrors: true })
    expect(asked).toHaveLength(1)
    expect((await runBatch({ make, folder, onUnknown: 'again' })).counts).toMatchObject({ done: 2, unknown: 0 })
    expect(asked).toHaveLength(2)
  })

  test('calls an answer that is no picture a failure', async () => {
    const folder = newFolder()
    const { make } = studio(async () => [Buffer.from('I cannot draw that.')])
    await runBatch({ items: itemsOf('a fox'), make, folder })
    expect(linesOf(folder)).toMatchObject([{ state: 'failed', error: { code: 'empty' } }])
  })

  test('tells what happens in its order, and does not care what a listener does', async () => {
    const types: string[] = []
    const onEvent = ({ type }: BatchEvent): void => {
      types.push(type)
      throw new Error('a listener that fails')
    }
    await runBatch({ items: itemsOf('a fox'), make: studio().make, folder: newFolder(), onEvent })
    expect(types).toEqual(['run.started', 'item.started', 'item.sent', 'attempt.ended', 'item.done', 'run.stopped'])
  })

  test('writes down what the maker tells of waits and endpoints', async () => {
    const folder = newFolder()
    const events: BatchEvent[] = []
    const over = vi.fn<() => void>()
    await runBatch({
      items: itemsOf('a fox'),
      make: studio().make,
      folder,
      onEvent: (event) => events.push(event),
      watch(notes) {
        const end = notes.waiting('quota', { endpoint: 'studio', until: 5.4 })
        notes.endpointState('studio', 'open')
        end()
        end()
        return over
      },
    })
    expect(over).toHaveBeenCalledOnce()
    expect(events.map(({ type }) => type)).toContain('endpoint.changed')
    expect(events.filter(({ type }) => type === 'run.waited')).toHaveLength(1)
    const { waits, endpointStates } = readRun(folder)
    expect(waits).toMatchObject([{ reason: 'quota', endpoint: 'studio', until: 5, endedAt: expect.any(Number) }])
    expect(endpointStates).toMatchObject([{ endpoint: 'studio', state: 'open' }])
  })
})

test('says what the provider calls a refusal, and nothing longer than a word', async () => {
  const items = itemsOf('a fox', 'an owl')
  const codes = ['content_policy_violation', 'your prompt "an owl" is not allowed']
  const { make } = studio(async ({ prompt }) => {
    const code = codes[items.findIndex((item) => item.prompt === prompt)]
    throw new Refused({ status: 400, verdict: 'request_failed', billed: 'no', ...(code !== undefined && { code }) })
  })
  const folder = newFolder()
  await runBatch({ items, make, folder, maxConcurrency: 1 })
  expect(linesOf(folder).map(({ error }) => error?.message)).toEqual([
    '400 content_policy_violation: the request was refused',
    '400: the request was refused',
  ])
})

test('an item that shares a picture which is gone is made for itself', async () => {
  const folder = newFolder()
  const { make, asked } = studio()
  await runBatch({ items: itemsOf('a fox'), make, folder })
  rmSync(join(folder, 'i1-a-fox.png'))
  const { counts } = await runBatch({ items: itemsOf('a fox', 'a fox'), make, folder, acceptChanges: true })
  expect(counts.done).toBe(2)
  expect(asked).toEqual(['a fox', 'a fox'])
  expect(pictures(folder)).toEqual(['i2-a-fox.png'])
})

test('two items whose names are the same to a file system have files of their own', async () => {
  const folder = newFolder()
  const named = (id: string, prompt: string): ReturnType<typeof itemsOf>[0] => ({
    ...itemsOf(prompt)[0]!,
    id,
    fingerprint: fingerprintOf({ prompt, settings: {} }),
  })
  const items = [named('A/b', 'a fox!'), named('a:B', 'A fox?'), named('../../etc', 'an owl')]
  mkdirSync(join(folder, 'x'))
  await runBatch({ items, make: studio().make, folder: join(folder, 'x') })
  expect(pictures(join(folder, 'x'))).toEqual(['A-b-a-fox.png', 'a-B-a-fox~2.png', 'etc-an-owl.png'])
  expect(promptIn(join(folder, 'x'), 'a-B-a-fox~2.png')).toBe('A fox?')
})
