import { stripVTControlCharacters } from 'node:util'
import { fc, test } from '@fast-check/vitest'
import { describe, expect, it } from 'vitest'
import { frame, type FrameInput, lastFrame, progressLine } from './frame.ts'
import type { BatchEvent } from '../../run/run-events.ts'
import { createProgress, type ProgressWriter } from './progress.ts'
import { COLOURS, NO_COLOURS } from './style.ts'
import { widthOf } from './width.ts'

const WALL = Date.UTC(2026, 2, 2, 20)
const HOUR = 3_600_000
const COUNTS = { waiting: 20, sent: 0, saving: 0, done: 0, failed: 0, unknown: 0 }

/** A run in its third minute: ten done, one failed, four out, three that wait. */
const atWork = (id = 'heron', endpoints = ['gemini', 'relay']): ProgressWriter => {
  let now = 0
  const progress = createProgress(endpoints, () => now)
  progress.onRun({ type: 'run.started', at: 0, counts: COUNTS, adopted: 0, removed: 0, missing: 0, cost: 0.5 })
  const [first = '', second = ''] = endpoints
  const stamp = { pipeline: 'batch', at: 0 }
  for (let callId = 0; callId < 14; callId++) {
    progress.onPipeline({ ...stamp, type: 'call.queued', callId, policy: 'failover', waiting: 1 })
    progress.onPipeline({ ...stamp, type: 'attempt.started', callId, endpoint: first })
  }
  for (let i = 0; i < 10; i++) {
    now += 12_000
    const verdict = { kind: 'success' } as const
    progress.onPipeline({
      ...stamp,
      type: 'attempt.completed',
      callId: i,
      endpoint: first,
      verdict,
      durationMs: 30_000,
    })
    const attempt = { endpoint: first, verdict: 'success', billed: 'yes', tookMs: 1, cost: 0.04 } as const
    progress.onRun({ type: 'attempt.ended', at: 0, id: String(i), ...attempt })
    progress.onRun({ type: 'item.done', at: 0, id: String(i), files: [], source: 'request', endpoint: first })
  }
  progress.onPipeline({ ...stamp, type: 'call.queued', callId: 20, policy: 'rateLimit', waiting: 1 })
  progress.onPipeline({ ...stamp, type: 'call.queued', callId: 21, policy: 'rateLimit', waiting: 2 })
  progress.onPipeline({
    ...stamp,
    type: 'schedule.deferred',
    callId: 22,
    policy: 's',
    level: 'peak',
    until: WALL + 2 * HOUR,
    waiting: 1,
  })
  const opened = { policy: 'circuitBreaker', partition: second, openForMs: 4000, verdict: 'transient' } as const
  progress.onPipeline({ ...stamp, type: 'circuit.opened', ...opened })
  const error = { code: 'E', message: 'the request was refused (400)' }
  progress.onRun({ type: 'item.failed', at: 0, id, error })
  return progress
}

const inputOf = (progress: ProgressWriter, more: Partial<FrameInput> = {}): FrameInput => ({
  progress,
  title: 'prompts.jsonl → images',
  startedAt: 0,
  now: 120_000,
  wallNow: WALL + 120_000,
  deadlineAt: 7_320_000,
  maxCost: 40,
  priced: true,
  columns: 100,
  rows: 30,
  style: NO_COLOURS,
  ...more,
})

describe('the live display', () => {
  it('says what is done, what waits for what, how fast it goes, what it costs and how the endpoints are', () => {
    expect(frame(inputOf(atWork(), { columns: 91 }))).toEqual(
      [
        'prompts.jsonl → images                                             02:00 · deadline in 2 h',
        '━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌───────────────────  10/20',
        '',
        'images   10 done · 1 failed · 4 in flight',
        'waiting  2 for the quota and 1 for off-peak hours from 22:00 UTC',
        'pace     5.0 images/min · time left about 1 h 58 min · cost 0.90 of 40.00',
        '',
        '● gemini · ready · 4 in flight · 10 made · 30 s each',
        '○ relay · left alone · 0 in flight · 0 made',
        '',
        '02:00  ✗ heron  failed: the request was refused (400)',
        '02:00  ✗ relay  left alone for 4 s: broken connection or server error',
      ].map((line, i) => (i === 1 ? expect.stringMatching(/^━+╌+─+ {2}10\/20$/) : line)),
    )
  })

  it('says that it does not know before it can', () => {
    const progress = createProgress(['gemini'], () => 1000)
    progress.onRun({ type: 'run.started', at: 0, counts: COUNTS, adopted: 0, removed: 0, missing: 0, cost: 0 })
    const lines = frame(inputOf(progress, { priced: false }))
    expect(lines.join('\n')).toContain('rate unknown yet')
    expect(progressLine(inputOf(progress))).toContain('time left unknown')
    expect(lines.join('\n')).not.toContain('cost')
  })

  it('says until when it waits for calm hours, and counts that wait', () => {
    let now = 0
    const progress = createProgress(['gemini'], () => now)
    progress.onRun({ type: 'run.started', at: 0, counts: COUNTS, adopted: 0, removed: 0, missing: 0, cost: 0 })
    const stamp = { pipeline: 'batch', at: 0 }
    // Each starts a little later, so that they do not come together.
    for (const callId of [1, 2, 3])
      progress.onPipeline({
        ...stamp,
        type: 'schedule.deferred',
        callId,
        policy: 'schedule',
        level: 'peak',
        until: WALL + 2 * HOUR + callId * 20_000,
        waiting: callId,
      })
    const line = (): string => progressLine(inputOf(progress, { now, wallNow: WALL + now, priced: false }))
    expect(line()).toContain('waiting: 3 for off-peak hours from 22:00 UTC, time left more than 2 h')
    now = 2 * HOUR + 20_000
    progress.onPipeline({
      ...stamp,
      type: 'schedule.started',
      callId: 1,
      policy: 'schedule',
      waitedMs: now,
      why: 'calm',
    })
    expect(line()).toContain('waiting: 2 for off-peak hours from 22:00 UTC')
  })

  it('adds the wait for calm hours to the work, where everything waits for them', () => {
    const progress = createProgress(['gemini'], () => 0)
    progress.onRun({ type: 'run.started', at: 0, counts: COUNTS, adopted: 0, removed: 0, missing: 0, cost: 0 })
    const done = { type: 'item.done', at: 0, id: 'x', files: [], source: 'request', endpoint: 'gemini' } as const
    for (let i = 0; i < 10; i++) progress.onRun(done)
    const stamp = { pipeline: 'batch', at: 0, callId: 30 }
    const deferred = { type: 'schedule.deferred', policy: 'schedule', level: 'peak', waiting: 1 } as const
    progress.onPipeline({ ...stamp, ...deferred, until: WALL + 120_000 + HOUR })
    // Ten in two minutes, and ten are left.
    expect(progressLine(inputOf(progress))).toContain('5.0/min, about 1 h 2 min left')
    progress.onPipeline({ ...stamp, callId: 31, type: 'attempt.started', endpoint: 'gemini' })
    expect(progressLine(inputOf(progress))).toContain('5.0/min, about 1 h left')
  })

  it('says that it reads the input, as long as it does', () => {
    const progress = createProgress(['gemini'], () => 0)
    for (let i = 0; i < 1234; i++) progress.onRead()
    const input = inputOf(progress, { columns: 61 })
    expect(frame(input)).toEqual([
      'prompts.jsonl → images               02:00 · deadline in 2 h',
      'input    1,234 items read so far',
    ])
    expect(progressLine(input)).toBe('02:00  reading the input, 1,234 items so far')
    // An input that is refused leaves nothing of a run on the screen.
    expect(lastFrame(input)).toEqual([])
    progress.onRun({ type: 'run.started', at: 0, counts: COUNTS, adopted: 0, removed: 0, missing: 0, cost: 0 })
    expect(progressLine(input)).toContain('0 of 20 images done')
  })

  const hostile = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom('苍鹭', '👩‍🎨🇨🇭', '\u001b[2J\u202e', 'e\u0301', '\t\n'),
  )
  test.prop([hostile, fc.integer({ min: 1, max: 200 }), fc.integer({ min: 1, max: 60 }), fc.boolean()])(
    'is never wider or higher than the terminal, whatever things are called',
    (text, columns, rows, coloured) => {
      const style = coloured ? COLOURS : NO_COLOURS
      const progress = atWork(text, [`${text}1`, `${text}2`])
      const lines = frame(inputOf(progress, { columns, rows, style, title: text }))
      expect(lines.length).toBeLessThanOrEqual(Math.max(1, rows - 1))
      for (const line of [...lines, ...lastFrame(inputOf(progress, { columns, style }))]) {
        // Below 24 columns the terminal breaks lines, and the screen counts that.
        expect(widthOf(line)).toBeLessThanOrEqual(Math.max(24, columns - 1))
        expect(stripVTControlCharacters(line)).not.toMatch(/[\p{Cc}\u202a-\u202e]/u)
      }
    },
  )
})

describe('a run whose pictures workers make', () => {
  const queued = (counts: Partial<Parameters<ProgressWriter['onQueue']>[0]>, ...events: BatchEvent[]): string => {
    const progress = createProgress([], () => 0)
    progress.onRun({ type: 'run.started', at: 0, counts: COUNTS, adopted: 0, removed: 0, missing: 0, cost: 0 })
    for (const event of events) progress.onRun(event)
    progress.onQueue({ waiting: 0, active: 0, delayed: 0, pausedMs: 0, ...counts })
    const input = {
      progress,
      title: '',
      startedAt: 0,
      now: 0,
      wallNow: WALL,
      priced: false,
      style: NO_COLOURS,
      columns: 80,
      rows: 24,
    }
    expect(frame(input).join('\n')).toContain(`${counts.active ?? 0} in flight`)
    return progressLine(input)
  }

  it('says what workers have in hand, and what the rest waits for', () => {
    expect(queued({ waiting: 12, active: 4, delayed: 3 })).toContain(
      '4 in flight, waiting: 12 for a worker and 3 for their next try',
    )
  })

  it('says that the queue pauses, and for how long', () => {
    expect(queued({ waiting: 12, pausedMs: 7_200_000 })).toMatch(
      /0 in flight, waiting: 12 for the quota, for which the queue pauses for 2 ?h/,
    )
  })

  it('says nothing of waits where there are none', () => {
    expect(queued({ active: 4 })).not.toContain('waiting')
  })

  it('says how many are kept out of the line until it is known what others cost', () => {
    const poor = ['a', 'b', 'c'].map((id) => ({ type: 'item.waiting', at: 0, id, reason: 'cost' }) as const)
    expect(queued({ active: 2 }, ...poor)).toContain('2 in flight, waiting: 3 for what others cost')
    expect(queued({ active: 2 }, ...poor, { type: 'item.waited', at: 0, id: 'b' })).toContain('waiting: 2 for what')
  })
})
