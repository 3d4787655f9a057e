import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { VirtualClock } from '@spillway/core/testing'
import { describe, expect, test } from 'vitest'
import type { Make } from '../make/make.ts'
import { readRun } from '../journal/read-run.ts'
import { sqlite } from '../journal/sqlite.ts'
import { Refused, itemsOf, linesOf, newFolder, png, studio } from './__fixtures__/studio.ts'
import { runBatchWith } from './run-batch.ts'
import type { RunBatchOptions } from './run-options.ts'

const runBatch = (options: RunBatchOptions): ReturnType<typeof runBatchWith> =>
  runBatchWith(options, { reserveBytes: 1 })
const items = itemsOf(...Array.from({ length: 10 }, (_, index) => `picture ${index}`))

describe('money', () => {
  test('is never sent beyond the ceiling, however many items are at work, and counts over launches', async () => {
    const folder = newFolder()
    const { make, asked } = studio()
    const options = { items, make, folder, maxCost: 3, estimateCost: () => 1, maxConcurrency: 4 }
    expect(await runBatch(options)).toMatchObject({ stopped: 'cost', cost: 3, counts: { done: 3, waiting: 7 } })
    expect(await runBatch(options)).toMatchObject({ stopped: 'cost', cost: 3 })
    expect(asked).toHaveLength(3)
    expect(await runBatch({ ...options, maxCost: 30 })).toMatchObject({ stopped: 'finished', cost: 10 })
    expect(linesOf(folder).map(({ cost }) => cost)).toEqual(Array.from({ length: 10 }, () => 1))
  })

  test('counts as it was in the end: nothing for what is not billed, what may be billed as billed', async () => {
    const folder = newFolder()
    const ends = [
      { verdict: 'overloaded', billed: 'no' },
      { verdict: 'transient', billed: 'unknown' },
      { verdict: 'request_failed', billed: 'yes', cost: 0.25 },
    ] as const
    const { make } = studio(async ({ prompt }) => {
      const end = ends[Number(prompt.at(-1))]
      if (end !== undefined) throw new Refused(end)
      return [png(prompt)]
    })
    const options = { items, make, folder, maxCost: 3.3, estimateCost: () => 1, maxConcurrency: 1 }
    expect(await runBatch(options)).toMatchObject({ stopped: 'cost', cost: 3.25, counts: { done: 2 } })
  })

  test('that may come back is waited for: a run does not stop while requests are out that may cost nothing', async () => {
    const refused = Promise.withResolvers<never>()
    const { make, asked } = studio(async ({ prompt }) => (prompt === 'picture 0' ? refused.promise : [png(prompt)]))
    const three = items.slice(0, 3)
    const options = { items: three, make, folder: newFolder(), maxCost: 2, estimateCost: () => 1, maxConcurrency: 3 }
    const ended = runBatch(options)
    await expect.poll(() => asked).toEqual(['picture 0', 'picture 1'])
    refused.reject(new Refused({ verdict: 'overloaded', billed: 'no' }))
    expect(await ended).toMatchObject({ stopped: 'finished', cost: 2, counts: { done: 2, failed: 1 } })
  })

  test('is not waited for where a maker has ended and never said what became of a request', async () => {
    const { make } = studio()
    const silent: Make = async (item, options) => {
      if (item.prompt !== 'picture 0') return make(item, options)
      await options.attempts.sending({ endpoint: 'studio', model: 'painter' })
      throw new Error('no more is said')
    }
    const options = { items, make: silent, folder: newFolder(), maxCost: 3, estimateCost: () => 1, maxConcurrency: 4 }
    const counts = { done: 2, unknown: 1, waiting: 7 }
    expect(await runBatch(options)).toMatchObject({ stopped: 'cost', cost: 3, counts })
  })

  test('is corrected by what is told of a request after its item has ended', async () => {
    let late = (): void => {}
    const { make } = studio()
    const early: Make = async (item, options) => {
      if (item.prompt === 'picture 1') late()
      if (item.prompt !== 'picture 0') return make(item, options)
      await options.attempts.sending({ endpoint: 'studio', model: 'painter' })
      late = () => options.attempts.ended({ endpoint: 'studio', verdict: 'overloaded', billed: 'no', tookMs: 1 })
      return { images: [{ bytes: png(item.prompt) }], endpoint: 'studio', model: 'painter' }
    }
    const options = { items, make: early, folder: newFolder(), maxCost: 2, estimateCost: () => 1, maxConcurrency: 1 }
    expect(await runBatch(options)).toMatchObject({ stopped: 'cost', cost: 2, counts: { done: 3 } })
  })

  test('that was waited for and is spent stops the run, and so does everything else meanwhile', async () => {
    const made = Promise.withResolvers<readonly Uint8Array[]>()
    const waiting = () => {
      const { make, asked } = studio(async ({ prompt }) => (prompt === 'picture 0' ? made.promise : [png(prompt)]))
      const options = { items, make, folder: newFolder(), maxCost: 1, estimateCost: () => 1, maxConcurrency: 3 }
      return { asked, options }
    }
    const spent = waiting()
    const ended = runBatch(spent.options)
    await expect.poll(() => spent.asked).toEqual(['picture 0'])
    const interrupted = waiting()
    const ending = new AbortController()
    const stopped = runBatch({ ...interrupted.options, signal: ending.signal })
    await expect.poll(() => interrupted.asked).toEqual(['picture 0'])
    ending.abort()
    made.resolve([png('picture 0')])
    expect(await ended).toMatchObject({ stopped: 'cost', cost: 1, counts: { done: 1, waiting: 9 } })
    expect(await stopped).toMatchObject({ stopped: 'signal', cost: 1, counts: { done: 1, waiting: 9 } })
  })

  test('is added up as people do it', async () => {
    const options = { items: items.slice(0, 3), make: studio().make, folder: newFolder(), maxConcurrency: 1 }
    const ended = runBatch({ ...options, maxCost: 0.3, estimateCost: () => 0.1 })
    expect(await ended).toMatchObject({ stopped: 'finished', counts: { done: 3 } })
  })

  test('that a killed launch has sent counts as spent', async () => {
    const folder = newFolder()
    const options = { items, folder, maxCost: 2, estimateCost: () => 1, maxConcurrency: 1 }
    await runBatch({ ...options, make: studio().make, limit: 1 })
    const db = new (sqlite().DatabaseSync)(join(folder, '.spillway/journal.db'))
    db.exec(
      "UPDATE attempt SET ended_at = NULL, verdict = NULL, billed = NULL; UPDATE item SET state = 'sent' WHERE seq = 1",
    )
    db.close()
    const { make, asked } = studio()
    expect(await runBatch({ ...options, make })).toMatchObject({ stopped: 'cost', counts: { unknown: 1, done: 1 } })
    expect(asked).toHaveLength(1)
  })
})

describe('a run stops', () => {
  test('when so many items have failed', async () => {
    const { make, asked } = studio(async () => {
      throw new Refused()
    })
    const summary = await runBatch({ items, make, folder: newFolder(), maxErrors: 3, maxConcurrency: 1 })
    expect(summary).toMatchObject({ stopped: 'errors', counts: { failed: 3, waiting: 7 } })
    expect(asked).toHaveLength(3)
  })

  test('at its deadline, with what is at work made to its end', async () => {
    const clock = new VirtualClock()
    const { make } = studio(async ({ prompt }) => {
      await clock.advance(600)
      return [png(prompt)]
    })
    const deadline = clock.wallTime() + 1000
    const options = { items, make, folder: newFolder(), clock, deadline, maxConcurrency: 1 }
    expect(await runBatch(options)).toMatchObject({ stopped: 'deadline', counts: { done: 2, waiting: 8 } })
    expect(await runBatch(options)).toMatchObject({ stopped: 'deadline', counts: { done: 2 } })
  })

  test('when its signal aborts, with what is at work made to its end', async () => {
    const controller = new AbortController()
    const { make } = studio(async ({ prompt }) => {
      controller.abort()
      return [png(prompt)]
    })
    const options = { items, make, folder: newFolder(), maxConcurrency: 2 }
    const stopped = await runBatch({ ...options, signal: controller.signal })
    expect(stopped).toMatchObject({ stopped: 'signal', counts: { done: 2, waiting: 8 } })
    expect(await runBatch(options)).toMatchObject({ stopped: 'finished', counts: { done: 10 } })
  })

  test('and ends what is at work when its time to end is over: what was refused waits again, what was not is unknown', async () => {
    const controller = new AbortController()
    const folder = newFolder()
    const { make } = studio(async ({ prompt }, signal) => {
      if (prompt.endsWith('1')) controller.abort()
      await new Promise((resolve) => signal.addEventListener('abort', resolve))
      throw new Refused({ verdict: 'canceled', billed: prompt.endsWith('0') ? 'no' : 'unknown' })
    })
    const options = { items, make, folder, maxConcurrency: 2, graceMs: 10, signal: controller.signal }
    expect(await runBatch(options)).toMatchObject({ stopped: 'signal', counts: { unknown: 1, waiting: 9, sent: 0 } })
    expect(linesOf(folder)).toMatchObject([{ custom_id: 'i2', state: 'unknown' }])
  })

  test('and leaves at once what only waits for its turn or for another try, with an hour for what is out', async () => {
    const controller = new AbortController()
    const folder = newFolder()
    const out = Promise.withResolvers<void>()
    const waited: string[] = []
    const untilAborted = (signal: AbortSignal): Promise<never> =>
      new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)))
    const make: Make = async ({ id, prompt }, { signal, attempts }) => {
      if (id === 'i3') {
        waited.push('for its turn')
        return untilAborted(signal)
      }
      await attempts.sending({ endpoint: 'studio', model: 'painter' })
      if (id === 'i2') {
        attempts.ended({ endpoint: 'studio', verdict: 'overloaded', billed: 'no', tookMs: 1 })
        waited.push('for another try')
        return untilAborted(signal)
      }
      await out.promise
      attempts.ended({ endpoint: 'studio', verdict: 'success', billed: 'yes', tookMs: 1 })
      // Whoever has an answer is not interrupted while it makes something of it.
      await new Promise((resolve) => setImmediate(resolve))
      signal.throwIfAborted()
      return { images: [{ bytes: png(prompt) }], endpoint: 'studio', model: 'painter' }
    }
    const running = runBatch({
      items,
      make,
      folder,
      maxConcurrency: 3,
      graceMs: 3_600_000,
      signal: controller.signal,
    })
    await expect.poll(() => waited.toSorted()).toEqual(['for another try', 'for its turn'])
    controller.abort()
    out.resolve()
    expect(await running).toMatchObject({ stopped: 'signal', counts: { done: 1, waiting: 9, failed: 0, unknown: 0 } })
  })

  test('before it begins where its signal is aborted already', async () => {
    const { make, asked } = studio()
    await runBatch({ items, make, folder: newFolder(), signal: AbortSignal.abort() })
    expect(asked).toEqual([])
  })

  test('and rejects where it cannot write down what it does, sending nothing more', async () => {
    const folder = newFolder()
    const { make, asked } = studio()
    const onEvent = ({ type }: { readonly type: string }): void => {
      if (type !== 'run.started') return
      const db = new (sqlite().DatabaseSync)(join(folder, '.spillway/journal.db'))
      db.exec('ALTER TABLE attempt RENAME TO gone')
      db.close()
    }
    await expect(runBatch({ items, make, folder, onEvent })).rejects.toThrow('no such table')
    expect(asked).toEqual([])
  })

  test('and rejects with what it crashed on, having written that down', async () => {
    const folder = newFolder()
    const { make, asked } = studio()
    const estimateCost = (): number => {
      if (asked.length === 1) throw new Error('no price for that')
      return 1
    }
    const options = { items, make, folder, maxCost: 9, maxConcurrency: 1 }
    await expect(runBatch({ ...options, estimateCost })).rejects.toThrow('no price for that')
    expect(readRun(folder)).toMatchObject({ launches: [{ stopped: 'crashed' }], counts: { done: 1, waiting: 9 } })
    expect(await runBatch({ ...options, maxCost: 10, estimateCost: () => 1 })).toMatchObject({ stopped: 'finished' })
  })

  test('when its folder cannot be written any more, and keeps the picture until it can', async () => {
    const folder = newFolder()
    const file = join(folder, '.i1-picture-0.png.spillway-partial')
    const { make, asked } = studio()
    const options = { items, make, folder, maxConcurrency: 1 }
    const stopping: string[] = []
    const summary = await runBatch({
      ...options,
      onEvent(event) {
        // A folder in the way of the file, for longer than the first two tries.
        if (event.type === 'item.sent' && event.id === 'i1') mkdirSync(join(file, 'in-the-way'), { recursive: true })
        if (event.type !== 'run.stopping') return
        stopping.push(event.reason)
        // In real time, because the run pauses on it: any moment after the first two tries will do.
        setTimeout(() => rmSync(file, { recursive: true }), 300)
      },
    })
    expect(stopping).toEqual(['disk'])
    expect(summary).toMatchObject({ stopped: 'disk', counts: { done: 1, waiting: 9 } })
    expect(asked).toHaveLength(1)
    expect(readRun(folder).launches[0]).toMatchObject({ stopped: 'disk' })
  })
})
