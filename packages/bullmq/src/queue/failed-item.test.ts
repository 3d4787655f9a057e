import type { AttemptEnd } from '@spillway/batch'
import { expect, test } from 'vitest'
import { failedItem } from './failed-item.ts'
import type { HeldItem } from './held-item.ts'
import type { WorkData } from './job-data.ts'

/** Its run ends in a moment. */
const data = (): WorkData => ({
  run: 'a-run',
  item: { id: 'fox', line: 1, fingerprint: 'print', prompt: 'a fox', settings: {} },
  idempotencyKey: 'a-run:fox',
  onUnknown: 'skip',
  deadlineAt: Date.now() + 50,
})
const heldWith = (last: AttemptEnd): HeldItem => ({
  signal: new AbortController().signal,
  attempts: { sending: () => undefined, ended: () => undefined },
  ended: [],
  last,
  sent: { endpoint: 'relay', model: 'painter', at: 0, by: 'us' } as HeldItem['sent'],
  out: 0,
  unsettled: false,
  lost: false,
  settle: async () => undefined,
  release: () => undefined,
})

test.each([
  ['nobody listens', { endpoint: 'relay', verdict: 'transient', billed: 'no', tookMs: 1 }, 'delay_job'],
  [
    'the quota is back tomorrow',
    { endpoint: 'relay', verdict: 'quota_exhausted', billed: 'no', tookMs: 1, retryAfterMs: 86_400_000 },
    'pause_queue',
  ],
] as const)(
  'an item waits beyond the deadline where %s: its run takes it out of the line, and it has not failed',
  (_, last, to) => {
    const failed = failedItem(new Error('Connection error.'), heldWith(last), data(), {
      attempts: [],
      idempotent: false,
    })
    expect(failed).toMatchObject({ becomes: { to }, unfit: false })
  },
)
