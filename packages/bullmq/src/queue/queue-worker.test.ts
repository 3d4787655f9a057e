import type { AttemptEnd, Make, QueueWorker, QueueWorkerEvent } from '@spillway/batch'
import type { Processor, Queue } from 'bullmq'
import { expect, test } from 'vitest'
import { QueueServer } from './__fixtures__/queue-server.ts'
import type { Backend } from './backend.ts'
import { holdItem } from './held-item.ts'
import type { WorkData } from './job-data.ts'
import { startWorker } from './queue-worker.ts'

const wire = async <T>(call: () => T): Promise<T> => call()
const REFUSED: AttemptEnd = { endpoint: 'relay', verdict: 'endpoint_failed', billed: 'no', status: 401, tookMs: 1 }

/** What opens and closes, around what is asked of it here: a class of BullMQ's has a hundred members more. */
const connected = (members: object): unknown => {
  const all = { ...members, on: () => all, close: async () => {}, disconnect: async () => {} }
  return all
}

interface Staged {
  readonly server: QueueServer
  readonly worker: QueueWorker
  readonly said: QueueWorkerEvent[]
  /** Takes the item, and gives back what BullMQ is told of it. */
  readonly take: (token: string) => Promise<string>
}

/** A worker and the one item of its queue. */
const staged = async (make: Make, lostAfterMs: number): Promise<Staged> => {
  const server = new QueueServer()
  const work = server.workQueue(wire)
  const item = { id: 's5', line: 1, fingerprint: 'print', prompt: 'a fox', settings: {} }
  await work.add('item', { run: 'r', item, idempotencyKey: 'k', onUnknown: 'skip' }, { jobId: 'i1' })
  let takes: Processor<WorkData> = () => Promise.reject(new Error('no worker'))
  const backend: Backend = {
    address: 'redis://here',
    queue: <D>(name: string) => connected(name === 'work' ? work : server.resultQueue(wire)) as Queue<D>,
    worker: (_, processor) => {
      takes = processor as unknown as Processor<WorkData>
      return connected({ concurrency: 2 }) as never
    },
  }
  const said: QueueWorkerEvent[] = []
  const worker = startWorker(
    backend,
    'work',
    { make, concurrency: 2, listener: (event) => said.push(event) },
    { lockMs: 1000, lostAfterMs, maxResults: 10 },
  )
  const take = async (token: string): Promise<string> => {
    const job = server.take(token)
    if (job === undefined) throw new Error('nothing to take')
    return takes(server.jobOf(job, wire), token).then(
      () => 'done',
      (error: unknown) => (error as Error).name,
    )
  }
  return { server, worker, said, take }
}

test('an item that a stopping worker takes once more on its way out is given back without another word', async () => {
  const refused: Make = async (_, { attempts }) => {
    await attempts.sending({ endpoint: 'relay', model: 'painter' })
    attempts.ended(REFUSED)
    throw new Error('401 wrong key')
  }
  const { server, worker, said, take } = await staged(refused, 0)
  expect([await take('first'), await take('second')]).toEqual(['WaitingError', 'WaitingError'])
  await expect(worker.ended).rejects.toThrow('401')
  expect(said.map(({ type }) => type)).toEqual(['item.sent', 'item.given_back'])
  expect(server.work.get('i1')?.state).toBe('waiting')
})

test('an item whose worker was lost with a request out says why it waits', async () => {
  const neverAsked: Make = () => Promise.reject(new Error('asked'))
  const { server, worker, said, take } = await staged(neverAsked, 60_000)
  const job = server.take('lost')!
  await holdItem(server.jobOf(job, wire), 'lost', 1000).attempts.sending({ endpoint: 'relay', model: 'painter' })
  server.stall()
  expect(await take('next')).toBe('DelayedError')
  expect(said).toEqual([
    { type: 'item.delayed', item: 's5', waitMs: expect.any(Number) as number, reason: 'lost_worker' },
  ])
  await worker.stop()
})
