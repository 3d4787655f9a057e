import { describe, expect, test, vi } from 'vitest'
import { QueueServer } from './__fixtures__/queue-server.ts'
import { DEADLINE_PASSED, type ResultData, type WorkData } from './job-data.ts'
import { writeNote } from './job-notes.ts'
import { clearAway, lineUp, withdraw, type Line } from './line.ts'

const DATA: WorkData = {
  run: 'a-run',
  item: { id: 'fox', line: 1, fingerprint: 'print', prompt: 'a fox', settings: {} },
  idempotencyKey: 'a-run:fox',
  onUnknown: 'skip',
  deadlineAt: 1000,
}
const AGAIN = { ...DATA, onUnknown: 'again' } as const
const RESULT: ResultData = {
  status: 'done',
  item: 'fox',
  attempts: [],
  images: [],
  endpoint: 'relay',
  model: 'm',
}
const failed = (name: string): ResultData => ({
  status: 'failed',
  item: 'fox',
  attempts: [],
  error: { name, message: '', verdict: 'rejected', billed: 'no' },
})

/** Two queues in memory, and the names of what was done to them. */
const queues = (results: Readonly<Record<string, ResultData>> = {}) => {
  const server = new QueueServer()
  for (const [id, result] of Object.entries(results)) server.results.set(id, result)
  const wire = async <T>(call: () => T): Promise<T> => call()
  const line: Line = { work: server.workQueue(wire), results: server.resultQueue(wire) }
  const note = (sent = { at: 0, endpoint: 'relay', model: 'm' }): Promise<unknown> =>
    writeNote(server.jobOf(server.work.get('i1')!, wire), { by: 'somebody', sent })
  return { server, line, note }
}

describe('lineUp', () => {
  test('puts an item in line once', async () => {
    const { line, server } = queues()
    await lineUp('i1', DATA, line)
    await lineUp('i1', DATA, line)
    expect([...server.work.values()].map(({ data }) => data)).toEqual([DATA])
  })

  test.for([['i1'], ['i1u']])('makes nothing where %s stands from before', async ([stands]) => {
    const { line, server } = queues({ [stands!]: RESULT })
    await lineUp('i1', DATA, line)
    expect(server.work.size).toBe(0)
  })

  test('asks again for what nobody knows of, where the run says so, but not for what is there', async () => {
    const reported = queues({ i1u: RESULT })
    await lineUp('i1', AGAIN, reported.line)
    expect([reported.server.work.size, reported.server.results.size]).toEqual([1, 0])
    const made = queues({ i1: RESULT, i1u: RESULT })
    await lineUp('i1', AGAIN, made.line)
    expect(made.server.work.size).toBe(0)
  })

  test('what this start says holds for what stands in line from an earlier one, and what was sent is still known', async () => {
    const { line, server, note } = queues()
    await lineUp('i1', DATA, line)
    await note()
    const later = { ...AGAIN, deadlineAt: 5000 }
    await lineUp('i1', later, line)
    expect(server.work.get('i1')).toMatchObject({ data: later, logs: [expect.stringContaining('relay')] })
  })

  test('what was too late for an earlier start is asked for again, other failures are not', async () => {
    const late = queues({ i1: failed(DEADLINE_PASSED) })
    await lineUp('i1', DATA, late.line)
    expect([late.server.work.size, late.server.results.size]).toEqual([1, 0])
    const refused = queues({ i1: failed('Error') })
    await lineUp('i1', DATA, refused.line)
    expect(refused.server.work.size).toBe(0)
  })
})

describe('who lets items into the line', () => {
  test('is told what stands there from before, and keeps out what does not', async () => {
    const asked: boolean[] = []
    const entry = (answer: boolean) => (item: { readonly stands: boolean }) => {
      asked.push(item.stands)
      return Promise.resolve(answer)
    }
    const { line, server } = queues()
    expect(await lineUp('i1', DATA, line, entry(false))).toBe(false)
    expect(server.work.size).toBe(0)
    expect(await lineUp('i1', DATA, line, entry(true))).toBe(true)
    expect(server.work.size).toBe(1)
    expect(await lineUp('i1', DATA, line, entry(true))).toBe(true)
    expect(await lineUp('i1', DATA, queues({ i1: RESULT }).line, entry(true))).toBe(true)
    expect(asked).toEqual([false, false, true, true])
  })
})

describe('withdraw', () => {
  test.for([
    ['was not sent', DATA, false, 0],
    ['may have been sent', DATA, true, 1],
    ['is asked for again anyway', AGAIN, true, 0],
  ] as const)('what %s', async ([, data, sent, left]) => {
    const { line, server, note } = queues()
    await lineUp('i1', data, line)
    if (sent) await note()
    await withdraw('i1', line.work)
    expect(server.work.size).toBe(left)
  })
})

describe('clearAway', () => {
  const held = async () => {
    const all = queues()
    await lineUp('i1', DATA, all.line)
    all.server.take('a token')
    all.server.results.set('i1', RESULT)
    return all
  }

  test('leaves the result beside a job until its worker has let go of it', async () => {
    const { line, server } = await held()
    const removing = vi.spyOn(line.work, 'remove')
    const cleared = clearAway('i1', line, new AbortController().signal)
    await expect.poll(() => removing.mock.calls.length).toBeGreaterThan(1)
    expect(server.results.has('i1')).toBe(true)
    server.leave('i1', 'a token', (job) => (job.state = 'delayed'))
    await cleared
    expect([server.work.size, server.results.size]).toEqual([0, 0])
  })

  test('leaves everything as it stands when the run is closed meanwhile', async () => {
    const { line, server } = await held()
    await clearAway('i1', line, AbortSignal.abort())
    expect(server.results.has('i1')).toBe(true)
  })
})
