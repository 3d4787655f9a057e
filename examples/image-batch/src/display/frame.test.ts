import stringWidth from 'string-width'
import { expect, test } from 'vitest'
import type { PromptResult } from '../run-strategy.ts'
import { type FrameInput, frame } from './frame.ts'
import { type News, type Progress, initialProgress, progressAfter } from './progress.ts'
import { COLOURS, NO_COLOURS } from './style.ts'

type Event = Extract<News, { event: unknown }>['event']
const stamp = { at: 12_000, pipeline: 'images' }
const after = (...events: readonly object[]): Progress =>
  events.reduce<Progress>(
    (progress, event) =>
      progressAfter(progress, {
        event: { ...stamp, ...event } as Event,
        promptOf: (id) => (id === undefined ? id : id + 50),
      }),
    initialProgress(80, ['gemini', 'relay']),
  )
const input = (progress: Progress, more: Partial<FrameInput> = {}): FrameInput => ({
  progress,
  title: 'Spillway: 80 images through gemini and relay',
  elapsedMs: 252_000,
  realMs: 12_600,
  startedAt: 0,
  weather: { words: 'brown-out: 50 % of the calls get 503', calm: false },
  columns: 90,
  rows: 30,
  style: NO_COLOURS,
  ...more,
})
const asking = (callId: number, endpoint: string) => ({ type: 'attempt.started', callId, endpoint })
const refused = (callId: number, endpoint: string, status: number) => ({
  type: 'attempt.completed',
  callId,
  endpoint,
  verdict: { kind: status === 503 ? 'overloaded' : 'throttled', status },
  durationMs: 40,
})

test('shows who asks whom, who waits and why, and what each endpoint has done', () => {
  const progress = after(
    asking(1, 'gemini'),
    asking(2, 'gemini'),
    refused(2, 'gemini', 503),
    { type: 'retry.scheduled', callId: 2, endpoint: 'gemini', policy: 'retry', verdict: 'overloaded', delayMs: 1800 },
    asking(3, 'relay'),
    { type: 'attempt.completed', callId: 3, endpoint: 'relay', verdict: { kind: 'success' }, durationMs: 36_000 },
    { type: 'call.completed', callId: 3 },
    { type: 'call.queued', callId: 4, policy: 'failover', waiting: 1 },
    { type: 'circuit.opened', policy: 'circuitBreaker', partition: 'gemini', openForMs: 4000, verdict: 'overloaded' },
  )
  const prompt = { number: 53, prompt: 'A fox in the snow' }
  const made: PromptResult = { prompt, tookMs: 36_000, outcome: 'made' }
  expect(frame(input(progressAfter(progress, { result: made, at: 13_000 })))).toEqual([
    'Spillway: 80 images through gemini and relay                  04:12 model time, 13 s real',
    `━╌╌╌${'─'.repeat(79)}  1/80`,
    '',
    'images    1 made · 0 failed · 1 in flight · 1 retry, 0 failovers so far',
    'waiting   1 for the next try and 1 for an endpoint',
    'upstream  brown-out: 50 % of the calls get 503',
    '',
    'gemini    ○ open       1 in flight   0 made                      503 ×1',
    'relay     ● closed     0 in flight   1 made    answers in 36 s   ',
    '',
    '00:13     ✓ #53     made in 36 s   A fox in the snow',
    '00:12     ✗ gemini  left alone for 4.0 s: 503 overloaded',
    '00:12     ↻ #52     503 overloaded from gemini, next try in 1.8 s',
  ])
})

test('a server that asks for a wait is quoted', () => {
  const scheduled = { type: 'retry.scheduled', callId: 9, endpoint: 'relay', verdict: 'throttled', delayMs: 21_000 }
  const lines = frame(input(after({ ...scheduled, retryAfterMs: 19_000 })))
  expect(lines.at(-1)).toContain('#59     429 over quota from relay, next try in 21 s (it asked for 19 s)')
})

test('no line is wider than the terminal, whatever the script of the prompt', () => {
  for (const columns of [41, 60, 80, 200]) {
    let progress = after(asking(1, 'gemini'))
    for (const prompt of ['霧の中の赤い鳥居、'.repeat(20), 'a'.repeat(300), 'हाथी पर '.repeat(40), '🦊🌙'.repeat(60)]) {
      progress = progressAfter(progress, {
        result: { prompt: { number: 1, prompt }, tookMs: 1, outcome: 'made' },
        at: 0,
      })
    }
    const lines = frame(input(progress, { columns, style: COLOURS }))
    expect(Math.max(...lines.map((line) => stringWidth(line)))).toBeLessThan(columns)
  }
})

test('a prompt cannot move the cursor or turn the line around', () => {
  const prompt = { number: 1, prompt: '\u001B[2J\u202Egone\u0007' }
  const lines = frame(input(progressAfter(after(), { result: { prompt, tookMs: 1, outcome: 'made' }, at: 0 })))
  const drawn = lines.join('')
  expect(['\u001B', '\u202E', '\u0007'].filter((sign) => drawn.includes(sign))).toEqual([])
})

test('a low terminal shows less of what happened, not a torn frame', () => {
  let progress = after()
  for (let number = 1; number <= 12; number++) {
    progress = progressAfter(progress, {
      result: { prompt: { number, prompt: 'p' }, tookMs: 1, outcome: 'failed', error: new Error('x') },
      at: 0,
    })
  }
  expect(frame(input(progress, { rows: 16 })).length).toBeLessThan(16)
  expect(frame(input(progress, { rows: 50 }))).toHaveLength(18)
})

test('what several calls meet at once is told once', () => {
  const paused = { type: 'rate_limit.paused', policy: 'rateLimit', partition: 'relay', pauseMs: 1200 }
  expect(after(paused, paused, paused).recent).toHaveLength(1)
  expect(after(paused, { ...paused, at: 20_000 }).recent).toHaveLength(2)
})

test('the counts come back to nothing at the end', () => {
  const progress = after(asking(1, 'gemini'), refused(1, 'gemini', 503), { type: 'call.completed', callId: 1 })
  expect(progress.calls.size).toBe(0)
  expect(progress.endpoints['gemini']).toMatchObject({ inFlight: 0, failures: { 503: 1 } })
})
