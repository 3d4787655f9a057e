import type { AttemptRecord, ItemRecord, RunRecord } from '../../journal/records.ts'

export const MINUTE = 60_000
/** When the runs of these tests begin. */
export const START: number = Date.UTC(2026, 2, 2, 12)

export const item = (seq: number, more: Partial<ItemRecord> = {}): ItemRecord => ({
  id: `item-${seq}`,
  line: seq,
  seq,
  fingerprint: `f${seq}`,
  prompt: `prompt ${seq}`,
  settings: {},
  name: `item-${seq}`,
  state: 'done',
  attempts: 1,
  cost: 0,
  endedAt: START + seq * MINUTE,
  made: {
    source: 'request',
    files: [{ name: `item-${seq}.png`, bytes: 10, sha256: '00' }],
    endpoint: 'official',
    model: 'painter',
  },
  ...more,
})

export const attempt = (minutes: number, more: Partial<AttemptRecord> = {}): AttemptRecord => ({
  item: 'item-1',
  number: 1,
  launch: 1,
  endpoint: 'official',
  model: 'painter',
  startedAt: START + minutes * MINUTE,
  endedAt: START + minutes * MINUTE + 30_000,
  verdict: 'success',
  cost: 0.04,
  ...more,
})

export const runRecord = (more: Partial<RunRecord> = {}): RunRecord => {
  const items = more.items ?? []
  const of = (state: ItemRecord['state']): number => items.filter((each) => each.state === state).length
  const attempts = more.attempts ?? []
  return {
    folder: '/somewhere/images',
    key: 'key',
    inputHash: 'hash',
    createdAt: START,
    counts: {
      waiting: of('waiting'),
      sent: of('sent'),
      saving: of('saving'),
      done: of('done'),
      failed: of('failed'),
      unknown: of('unknown'),
    },
    cost: attempts.reduce((sum, { cost }) => sum + cost, 0),
    launches: [{ number: 1, pid: 1, options: {}, startedAt: START, endedAt: START + 60 * MINUTE, stopped: 'finished' }],
    items,
    attempts,
    endpointStates: [],
    waits: [],
    ...more,
  }
}
