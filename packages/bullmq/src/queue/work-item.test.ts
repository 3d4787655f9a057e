import { expect, test } from 'vitest'
import { QueueServer } from './__fixtures__/queue-server.ts'
import { holdItem } from './held-item.ts'
import { workItem } from './work-item.ts'

test('a worker that is stopped while it asks the queue about an item gives it back, and asks nobody for it', async () => {
  const server = new QueueServer()
  const wire = async <T>(call: () => T): Promise<T> => call()
  const work = server.workQueue(wire)
  const item = { id: 'fox', line: 1, fingerprint: 'print', prompt: 'a fox', settings: {} }
  await work.add('item', { run: 'r', item, idempotencyKey: 'k', onUnknown: 'skip' }, { jobId: 'i1' })
  const job = server.jobOf(server.take('a token')!, wire)
  const held = holdItem(job, 'a token', 1000)
  let asked = 0
  const worked = workItem(job, held, {
    // As makers may be: it hears of an abort, and not that there was one.
    make: () => new Promise(() => asked++),
    idempotent: false,
    work,
    results: () => server.resultQueue(wire),
    tell: () => {},
    unfit: () => {},
    lostAfterMs: 0,
    maxResults: 10,
  })
  held.release()
  expect(await worked).toEqual({ to: 'give_back' })
  expect(asked).toBe(0)
})
