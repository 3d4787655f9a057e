import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipeline, retry, type Verdict } from '@spillway/core'
import { VirtualClock } from '@spillway/core/testing'
import { describe, expect, onTestFinished, test } from 'vitest'
import { monitor, profileFile, type MonitorEvent } from '../index.ts'
import { teachProfile } from './teach-profile.ts'

const folder = (): string => {
  const made = mkdtempSync(join(tmpdir(), 'spillway-profile-'))
  onTestFinished(() => rmSync(made, { recursive: true, force: true }))
  return made
}
const AT = Date.UTC(2026, 0, 1, 2)
const busy = { wallTime: AT, overloadedRatio: 1 }

describe('a profile in a file', () => {
  test('is there after a restart', () => {
    const path = join(folder(), 'profile.json')
    const file = profileFile(path)
    expect(file.found).toBe('nothing')
    for (let i = 0; i < 50; i++) file.profile.record(busy)
    file.save()
    file.save()
    const again = profileFile(path)
    expect(again.found).toBe('restored')
    expect(again.profile.levelAt(AT)).toBe('peak')
    expect(again.profile.snapshot()).toEqual(file.profile.snapshot())
    expect(readdirSync(join(path, '..'))).toEqual(['profile.json'])
  })

  test.each(['', '{', 'null', '{"version":2,"hours":[]}', '{"version":1,"hours":[{"calls":"many"}]}'])(
    'that is damaged (%s) steers nothing: it begins anew, and says so',
    (content) => {
      const path = join(folder(), 'profile.json')
      writeFileSync(path, content)
      const file = profileFile(path)
      expect(file.found).toBe('damaged')
      expect(file.profile.levelAt(AT)).toBe('low')
      file.save()
      expect(profileFile(path).found).toBe('restored')
    },
  )

  test('is refused where it is none, or cannot be read', () => {
    expect(() => profileFile('')).toThrow('profileFile.path')
    expect(() => profileFile('a', { halfLifeMs: -1 })).toThrow('learnedLoadProfile.halfLifeMs')
    expect(() => profileFile(folder())).toThrow('EISDIR')
  })

  test('is saved by its monitor every ten minutes and at the end; a disk that is full is told', async () => {
    const clock = new VirtualClock()
    const path = join(folder(), 'profile.json')
    const file = profileFile(path)
    const watch = monitor({ pipelines: [], profile: file, clock })
    for (let i = 0; i < 50; i++) file.profile.record(busy)
    await clock.advance(599_999)
    expect(profileFile(path).found).toBe('nothing')
    await clock.advance(1)
    expect(JSON.parse(readFileSync(path, 'utf8')).hours[2].calls).toBe(50)
    file.profile.record(busy)
    watch.dispose()
    expect(JSON.parse(readFileSync(path, 'utf8')).hours[2].calls).toBe(51)

    const events: MonitorEvent[] = []
    const gone = monitor({ pipelines: [], profile: { ...file, save: () => writeFileSync(folder(), '') }, clock })
    gone.events.subscribe((event) => events.push(event))
    gone.dispose()
    expect(events).toMatchObject([{ type: 'diagnostic.reported', source: 'profile', errorName: 'Error' }])
  })
})

describe('what a profile is taught of a call', () => {
  const taught = async (...verdicts: Verdict['kind'][]) => {
    const clock = new VirtualClock()
    const recorded: unknown[] = []
    const profile = {
      levelAt: () => 'low' as const,
      record: (call: unknown) => void recorded.push(call),
      snapshot: () => ({}) as never,
    }
    const calls = pipeline([retry({ maxAttempts: 9 })], {
      clock,
      classifier: { error: (error) => ({ kind: (error as Error).message as Verdict['kind'] }) },
    })
    const watch = monitor({ pipelines: [calls], profile, clock })
    onTestFinished(() => watch.dispose())
    const left = [...verdicts]
    const call = calls
      .execute(async () => {
        await new Promise<void>((resolve) => void clock.setTimer(1000, resolve))
        const kind = left.shift()
        if (kind !== undefined && kind !== 'success') throw new Error(kind)
      })
      .catch(() => {})
    await clock.advance(600_000)
    await call
    return recorded
  }

  test.each<[Verdict['kind'][], object[]]>([
    [['success'], [{ overloadedRatio: 0, answerMs: expect.closeTo(1000, 6) }]],
    [
      ['overloaded', 'transient', 'overloaded', 'success'],
      [{ overloadedRatio: 0.5, answerMs: expect.closeTo(1000, 6) }],
    ],
    [['request_failed'], []],
    [['overloaded', 'request_failed'], [{ overloadedRatio: 0.5 }]],
  ])('%j', async (verdicts, recorded) => {
    expect(await taught(...verdicts)).toMatchObject(recorded)
    expect(await taught(...verdicts)).toHaveLength(recorded.length)
  })

  test('is nothing once the call has ended: an attempt that renews a stale answer keeps nothing', () => {
    const recorded: unknown[] = []
    const profile = { levelAt: () => 'low' as const, record: (call: unknown) => void recorded.push(call) }
    const { onEvent } = teachProfile(profile, new VirtualClock())
    const stamp = { at: 0, pipeline: 'images', callId: 1, verdict: { kind: 'success' }, durationMs: 1000 } as const
    const completed = { ...stamp, type: 'call.completed', attempts: 1 } as const
    onEvent({ type: 'call.started', at: 0, pipeline: 'images', callId: 1 })
    onEvent({ ...stamp, type: 'attempt.completed' })
    onEvent(completed)
    onEvent({ ...stamp, type: 'attempt.completed' })
    // Nothing was kept that another end could find.
    onEvent(completed)
    expect(recorded).toHaveLength(1)
  })
})
