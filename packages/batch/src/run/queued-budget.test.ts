// What a ceiling means where others send: an item in line may be paid for at any moment.
import { expect, test } from 'vitest'
import type { Make } from '../make/make.ts'
import { itemsOf, newFolder, png } from './__fixtures__/studio.ts'
import { runBatch } from './run-batch.ts'
import type { BatchEvent } from './run-events.ts'

const items = itemsOf(...Array.from({ length: 10 }, (_, index) => `picture ${index}`))
const priced = { estimateCost: () => 1, makerRemembers: true, graceMs: 0, maxConcurrency: 10 }

/** Others that make what is in line, one after another. What costs 0 is refused, of what costs `undefined` nobody hears again. */
const elsewhere = (costOf: (prompt: string) => number | undefined = () => 1) => {
  const standing = new Set<string>()
  const asked: string[] = []
  let most = 0
  let before: Promise<unknown> = Promise.resolve()
  const make: Make = async ({ prompt }, { attempts, signal }) => {
    await Promise.resolve()
    const stands = standing.has(prompt)
    if (!(await attempts.queueing!({ stands }))) throw new Error('kept out')
    standing.add(prompt)
    if (!stands) asked.push(prompt)
    most = Math.max(most, standing.size)
    const { promise: gone, reject } = Promise.withResolvers<never>()
    signal.addEventListener('abort', () => reject(signal.reason))
    const turn = before.then(() => new Promise((resolve) => setImmediate(resolve)))
    before = turn
    await Promise.race([turn, gone])
    await attempts.sending({ endpoint: 'there', model: 'm', at: Date.now() })
    const cost = costOf(prompt)
    if (cost === undefined) throw new Error('nobody knows')
    attempts.ended({
      endpoint: 'there',
      verdict: cost === 0 ? 'overloaded' : 'success',
      billed: cost === 0 ? 'no' : 'yes',
      tookMs: 1,
      cost,
    })
    standing.delete(prompt)
    if (cost === 0) throw new Error('refused for good')
    return { images: [{ bytes: png(prompt) }], endpoint: 'there', model: 'm' }
  }
  return { make, standing, asked, most: () => most }
}

test('nothing is in line that there is no money for, and what comes back is given to the next', async () => {
  const { make, asked, most } = elsewhere((prompt) => (prompt === 'picture 1' ? 0 : 1))
  const waiting = new Set<string>()
  let mostWaiting = 0
  const onEvent = (event: BatchEvent): void => {
    if (event.type === 'item.waiting') waiting.add(event.id)
    if (event.type === 'item.waited') waiting.delete(event.id)
    mostWaiting = Math.max(mostWaiting, waiting.size)
  }
  const ended = await runBatch({ ...priced, items, make, folder: newFolder(), maxCost: 3, onEvent })
  expect([mostWaiting, waiting.size]).toEqual([7, 0])
  expect(ended).toMatchObject({ stopped: 'cost', cost: 3, counts: { done: 3, failed: 1, waiting: 6 } })
  expect(asked).toHaveLength(4)
  expect(most()).toBe(3)
})

test('what is in line from an earlier start is fetched, whatever is left', async () => {
  const folder = newFolder()
  const { make, standing, asked } = elsewhere()
  expect(await runBatch({ ...priced, items, make, folder, maxCost: 2 })).toMatchObject({ cost: 2, counts: { done: 2 } })
  // Of a start that had more money, and was killed.
  for (const prompt of ['picture 8', 'picture 9']) standing.add(prompt)
  const again = await runBatch({ ...priced, items, make, folder, maxCost: 2 })
  expect(again).toMatchObject({ stopped: 'cost', cost: 4, counts: { done: 4, waiting: 6 } })
  expect(asked).toHaveLength(2)
})

test('what nobody hears of again is paid for, and nobody waits for it', async () => {
  const { make } = elsewhere((prompt) => (prompt === 'picture 0' ? undefined : 1))
  const ended = await runBatch({ ...priced, items, make, folder: newFolder(), maxCost: 3 })
  expect(ended).toMatchObject({ stopped: 'cost', cost: 3, counts: { done: 2, unknown: 1, waiting: 7 } })
})

test('who waits for money when the run is stopped is not put in line', async () => {
  const { make, asked } = elsewhere()
  const stop = new AbortController()
  const folder = newFolder()
  const ended = await runBatch({
    ...priced,
    items,
    make,
    folder,
    maxCost: 1,
    signal: stop.signal,
    onEvent: ({ type }) => type === 'item.sent' && stop.abort(),
  })
  expect(ended).toMatchObject({ stopped: 'signal' })
  expect(asked).toEqual(['picture 0'])
})
