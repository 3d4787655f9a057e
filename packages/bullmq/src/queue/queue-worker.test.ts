import type { AttemptEnd, QueueWorkerEvent } from '@spillway/batch'
import type { Processor, Queue } from 'bullmq'
import { expect, test } from 'vitest'
import { QueueServer } from './__fixtures__/queue-server.ts'
import type { Backend } from './backend.ts'
import type { WorkData } from './job-data.ts'
import { startWorker } from './queue-worker.ts'

const wire = async <T>(call: () => T): Promise<T> => call()
const REFUSED: AttemptEnd = { endpoint: 'relay', verdict: 'endpoint_failed', billed: 'no', status: 401, tookMs: 1 }

/** What opens and closes, around what is asked of it here: a class of BullMQ's has a hundred members more. */
const connected = (members: object): unknown => {
  const all = { ...members, on: () => all, close: async () => {}, disconnect: async () => {} }
  return all
}

test('an item that a stopping worker takes once more on its way out is given back without another word', async () => {
  const server = new QueueServer()
  const work = server.workQueue(wire)
  const item = { id: 's5', line: 1, fingerprint: 'print', prompt: 'a fox', settings: {} }
  await work.add('item', { run: 'r', item, idempotencyKey: 'k', onUnknown: 'skip' }, { jobId: 'i1' })
  let takes: Processor<WorkData> | undefined
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
    {
      make: async (_, { attempts }) => {
        await attempts.sending({ endpoint: 'relay', model: 'painter' })
        attempts.ended(REFUSED)
        throw new Error('401 wrong key')
      },
      concurrency: 2,
      listener: (event) => said.push(event),
    },
    { lockMs: 1000, lostAfterMs: 0, maxResults: 10 },
  )
  const take = (token: string): Promise<unknown> => {
    const job = server.take(token)
    if (job === undefined || takes === undefined) throw new Error('nothing to take')
    return Promise.resolve(takes(server.jobOf(job, wire), token))
  }
  await expect(take('first')).rejects.toThrow(expect.objectContaining({ name: 'WaitingError' }) as Error)
  await expect(take('second')).rejects.toThrow(expect.objectContaining({ name: 'WaitingError' }) as Error)
  await expect(worker.ended).rejects.toThrow('401')
  expect(said.map(({ type }) => type)).toEqual(['item.sent', 'item.given_back'])
  expect(server.work.get('i1')?.state).toBe('waiting')
})
