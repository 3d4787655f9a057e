import { describe, expect, test } from 'vitest'
import type { WorkData } from './job-data.ts'
import { clearAway, lineUp, withdraw, type Line } from './line.ts'

const DATA: WorkData = {
  run: 'a-run',
  item: { id: 'fox', line: 1, fingerprint: 'print', prompt: 'a fox', settings: {} },
  idempotencyKey: 'a-run:fox',
  onUnknown: 'skip',
}
const SENT = { token: 't', at: 0, endpoint: 'relay', model: 'm' }

/** Two queues in memory. What is `locked` is in a worker's hands. */
const queues = (stood: { readonly work?: WorkData; readonly results?: readonly string[] } = {}) => {
  const work = new Map(stood.work && [['i1', stood.work]])
  const results = new Set(stood.results)
  const locked = new Set<string>()
  const onAdd: (() => void)[] = []
  const steps: string[] = []
  const line = {
    work: {
      add: async (_: string, data: WorkData, { jobId }: { jobId: string }) => {
        for (const act of onAdd) act()
        work.set(jobId, data)
      },
      remove: async (id: string) => {
        steps.push(`work ${id}`)
        if (locked.has(id)) return 0
        work.delete(id)
        return 1
      },
      getJobState: async (id: string) => (locked.has(id) ? 'active' : work.has(id) ? 'waiting' : 'unknown'),
      getJob: async (id: string) => (work.has(id) ? { data: work.get(id) } : undefined),
    },
    results: {
      getJobState: async (id: string) => (results.has(id) ? 'waiting' : 'unknown'),
      remove: async (id: string) => {
        steps.push(`results ${id}`)
        return Number(results.delete(id))
      },
    },
  } as unknown as Line
  return { line, work, results, locked, onAdd, steps }
}

describe('lineUp', () => {
  test('puts an item in line once', async () => {
    const { line, work } = queues()
    await lineUp('i1', DATA, line)
    expect(work.get('i1')).toEqual(DATA)
  })

  test.for([['i1'], ['i1u']])('makes nothing where %s stands from before', async ([stands]) => {
    const { line, work } = queues({ results: [stands!] })
    await lineUp('i1', DATA, line)
    expect(work.size).toBe(0)
  })

  test.for([['i1'], ['i1u']])('makes nothing where %s came between the look and the line', async ([comes]) => {
    const { line, work, results, onAdd } = queues()
    onAdd.push(() => void results.add(comes!))
    await lineUp('i1', DATA, line)
    expect(work.size).toBe(0)
  })

  test('asks again for what nobody knows of, where the run says so, but not for what is there', async () => {
    const again = { ...DATA, onUnknown: 'again' } as const
    const reported = queues({ results: ['i1u'] })
    await lineUp('i1', again, reported.line)
    expect([reported.work.size, reported.results.size]).toEqual([1, 0])
    const made = queues({ results: ['i1', 'i1u'] })
    await lineUp('i1', again, made.line)
    expect(made.work.size).toBe(0)
  })
})

describe('withdraw', () => {
  test.for([
    ['was not sent', DATA, 0],
    ['may have been sent', { ...DATA, sent: SENT }, 1],
    ['is asked for again anyway', { ...DATA, sent: SENT, onUnknown: 'again' }, 0],
  ] as const)('what %s', async ([, data, left]) => {
    const { line, work } = queues({ work: data })
    await withdraw('i1', line.work)
    expect(work.size).toBe(left)
  })
})

describe('clearAway', () => {
  test('leaves the result beside a job until its worker has let go of it', async () => {
    const { line, locked, results, steps } = queues({ work: DATA, results: ['i1'] })
    locked.add('i1')
    const cleared = clearAway('i1', line, new AbortController().signal)
    await expect.poll(() => steps.length).toBeGreaterThan(1)
    expect(results.has('i1')).toBe(true)
    locked.clear()
    await cleared
    expect(results.size).toBe(0)
    expect(new Set(steps.slice(0, -2))).toEqual(new Set(['work i1']))
  })

  test('leaves everything as it stands when the run is closed meanwhile', async () => {
    const { line, locked, results } = queues({ work: DATA, results: ['i1'] })
    locked.add('i1')
    await clearAway('i1', line, AbortSignal.abort())
    expect(results.has('i1')).toBe(true)
  })
})
