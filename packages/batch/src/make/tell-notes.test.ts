import { circuitBreaker, failover, loadProfile, pipeline, rateLimit, schedule } from '@spillway/core'
import { VirtualClock } from '@spillway/core/testing'
import { describe, expect, it } from 'vitest'
import { tellNotes } from './tell-notes.ts'

/** Writes down what a run would be told. */
const notesOn = (clock: VirtualClock) => {
  const told: string[] = []
  const at = (): string => `${Math.round(clock.now() / 1000)} s`
  return {
    told,
    notes: {
      waiting(
        reason: string,
        { endpoint = '-', until = 0 }: { readonly endpoint?: string; readonly until?: number } = {},
      ) {
        told.push(`${at()} waiting for ${reason} at ${endpoint} until ${new Date(until).toISOString()}`)
        return () => void told.push(`${at()} waited for ${reason}`)
      },
      endpointState: (endpoint: string, state: string) => void told.push(`${at()} ${endpoint} ${state}`),
    },
  }
}

describe('what a pipeline tells its run', () => {
  it('is one wait for calm hours, however many wait', async () => {
    const clock = new VirtualClock(Date.UTC(2026, 5, 1, 23))
    const profile = loadProfile([
      { fromHour: 0, level: 'low' },
      { fromHour: 12, level: 'peak' },
    ])
    const calls = pipeline([schedule({ profile, deferrable: () => true, spreadMs: 0 })], { clock })
    const { told, notes } = notesOn(clock)
    const stop = tellNotes({ pipeline: calls, clock }, notes)
    const all = Promise.all([1, 2, 3].map((each) => calls.execute(async () => each)))
    await clock.run()
    expect(await all).toEqual([1, 2, 3])
    expect(told).toEqual(['0 s waiting for schedule at - until 2026-06-02T00:00:00.000Z', '3600 s waited for schedule'])
    stop()
    expect(clock.pending).toBe(0)
  })

  it('is a wait for a quota, until it is over', async () => {
    const clock = new VirtualClock(0)
    const classifier = { error: () => ({ kind: 'throttled', retryAfterMs: 30_000 }) as const }
    const parts = [failover({ endpoints: [{ name: 'gemini' }] }), rateLimit()]
    const calls = pipeline(parts, { clock, classifier })
    const { told, notes } = notesOn(clock)
    tellNotes({ pipeline: calls, clock }, notes)
    const failed = calls.execute(() => Promise.reject(new Error('429'))).catch(() => 'failed')
    await clock.advance(31_000)
    expect(await failed).toBe('failed')
    expect(told[0]).toMatch(/^0 s waiting for quota at gemini until 1970-01-01T00:00:3/)
    expect(told.at(-1)).toMatch(/^3\d s waited for quota$/)
  })

  it('is one wait for the pace of a quota, from the first call that it holds back to the last', async () => {
    const clock = new VirtualClock(0)
    const quotas = [{ permits: 10, pace: 'smooth' as const }]
    const parts = [failover({ endpoints: [{ name: 'gemini' }] }), rateLimit({ quotas })]
    const calls = pipeline(parts, { clock })
    const { told, notes } = notesOn(clock)
    const stop = tellNotes({ pipeline: calls, clock }, notes)
    const all = Promise.all([1, 2, 3, 4].map((each) => calls.execute(async () => each)))
    await clock.advance(60_000)
    expect(await all).toEqual([1, 2, 3, 4])
    expect(told).toEqual([
      '0 s waiting for quota at gemini until 1970-01-01T00:00:06.000Z',
      // The fourth has gone after 18 s.
      '18 s waited for quota',
    ])
    stop()
    expect(clock.pending).toBe(0)
  })

  it('is no wait where an endpoint is held back that nobody stands in line for', async () => {
    const clock = new VirtualClock(0)
    const parts = [
      failover({ endpoints: [{ name: 'gemini' }, { name: 'relay' }], order: 'ordered' }),
      rateLimit({ quotas: (endpoint) => (endpoint === 'gemini' ? [{ permits: 1 }] : []) }),
    ]
    const calls = pipeline(parts, { clock })
    const { told, notes } = notesOn(clock)
    tellNotes({ pipeline: calls, clock }, notes)
    for (let i = 0; i < 3; i++) await calls.execute(async () => i)
    expect(told).toEqual([])
  })

  it('is what becomes of an endpoint', async () => {
    const clock = new VirtualClock(0)
    const parts = [failover({ endpoints: [{ name: 'gemini' }] }), circuitBreaker({ halfOpenAfter: 4000 })]
    const calls = pipeline(parts, { clock })
    const { told, notes } = notesOn(clock)
    const stop = tellNotes({ pipeline: calls, clock }, notes)
    let healthy = false
    const ask = (): Promise<unknown> =>
      calls.execute(async () => (healthy ? 'made' : Promise.reject(new Error('500')))).catch(() => 'failed')
    for (let i = 0; i < 5; i++) await ask()
    healthy = true
    const last = ask()
    await clock.run()
    expect(await last).toBe('made')
    expect(told).toEqual(['0 s gemini open', '4 s gemini half-open', '4 s gemini closed'])
    stop()
  })
})
