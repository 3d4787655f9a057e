import { expect, test } from 'vitest'
import { eventLine } from './event-line.ts'

test('an item that waits for the answer to a worker that is gone says so', () => {
  const delayed = { type: 'item.delayed', item: '12', waitMs: 246_000 } as const
  expect(eventLine(delayed)).toBe('12: again in 4 min 6 s')
  expect(eventLine({ ...delayed, reason: 'lost_worker' })).toBe(
    '12: its worker is gone, and its answer may still come: again in 4 min 6 s',
  )
})
