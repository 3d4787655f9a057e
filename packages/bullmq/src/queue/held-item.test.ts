import { expect, test } from 'vitest'
import { holdItem, type HeldJob } from './held-item.ts'
import type { WorkData } from './job-data.ts'

const TO = { endpoint: 'relay', model: 'painter' }
const ENDED = { endpoint: 'relay', verdict: 'success', billed: 'yes', tookMs: 1 } as const

/** A job whose lock is there, or not, and what was written into it. */
const jobWith = (lock: { held: boolean }) => {
  const written: unknown[] = []
  const data = { run: 'r', item: { id: '1' }, idempotencyKey: 'k', onUnknown: 'skip' } as WorkData
  const job = {
    data,
    log: async (row: string) => written.push(JSON.parse(row)),
    extendLock: async () => (lock.held ? 1 : 0),
  } as unknown as HeldJob
  return { job, written }
}

test('what is to be sent is written down first, under the lock by which it is held', async () => {
  const { job, written } = jobWith({ held: true })
  const told: string[] = []
  const held = holdItem(job, 'token-1', 1000, (endpoint) => told.push(endpoint))
  await held.attempts.sending(TO)
  expect(written).toEqual([{ by: expect.any(String) as string, sent: { at: expect.any(Number) as number, ...TO } }])
  expect(told).toEqual(['relay'])
  expect(held.unsettled).toBe(true)
})

test('a worker that was frozen while another took over sends nothing', async () => {
  const lock = { held: true }
  const { job } = jobWith(lock)
  const held = holdItem(job, 'token-1', 1000)
  lock.held = false
  await expect(held.attempts.sending(TO)).rejects.toThrow(
    'The item 1 was taken over by another worker: it was not sent.',
  )
  expect(held.lost).toBe(true)
})

test('what is sent is waited for when the worker stops, what is not is let go', async () => {
  const { job } = jobWith({ held: true })
  const sent = holdItem(job, 'token-1', 1000)
  const waiting = holdItem(job, 'token-2', 1000)
  await sent.attempts.sending(TO)
  sent.release()
  waiting.release()
  expect([sent.signal.aborted, waiting.signal.aborted]).toEqual([false, true])
  await expect(waiting.attempts.sending(TO)).rejects.toThrow('aborted')
  sent.attempts.ended({ ...ENDED, billed: 'no' })
  expect(sent.unsettled).toBe(false)
})
