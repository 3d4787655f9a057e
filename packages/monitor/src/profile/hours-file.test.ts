import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipeline } from '@spillway/core'
import { VirtualClock } from '@spillway/core/testing'
import { describe, expect, onTestFinished, test } from 'vitest'
import { hoursFile, monitor, type HoursFile, type Monitor, type MonitorEvent } from '../index.ts'

const HOUR = 3_600_000
const TWO_AT_NIGHT = Date.UTC(2026, 0, 1, 2)

const folder = (): string => {
  const made = mkdtempSync(join(tmpdir(), 'spillway-hours-'))
  onTestFinished(() => rmSync(made, { recursive: true, force: true }))
  return made
}

/** A service that makes calls until it is stopped. */
const service = (hours: HoursFile, clock: VirtualClock) => {
  const calls = pipeline([], { name: 'images', clock })
  const watch = monitor({ pipelines: [calls], hours, clock })
  onTestFinished(() => watch.dispose())
  const call = async (count: number, tookMs: number): Promise<void> => {
    for (let i = 0; i < count; i++) {
      const answer = calls.execute(() => new Promise((resolve) => void clock.setTimer(tookMs, () => resolve('image'))))
      await clock.advance(tookMs)
      await answer
    }
  }
  return { watch, call }
}

const IMAGES = { endpoint: 'images' }
const levelOf = (watch: Monitor) => watch.health().endpoints[0]?.level

describe('hours in a file', () => {
  test('are there after a restart, and what is slow is known from the first call on', async () => {
    const path = join(folder(), 'hours.json')
    const clock = new VirtualClock(TWO_AT_NIGHT)
    const before = service(hoursFile(path), clock)
    await before.call(30, 3000)
    const learned = before.watch.hoursOf(IMAGES)
    expect(learned).toMatchObject([{ hour: 2, attempts: 30, successRatio: 1 }])
    before.watch.dispose()

    await clock.advance(10 * HOUR)
    const file = hoursFile(path)
    expect(file.found).toBe('restored')
    const after = service(file, clock)
    expect(after.watch.hoursOf(IMAGES)).toEqual(learned)
    await after.call(12, 12_000)
    expect(after.watch.hoursOf(IMAGES)).toMatchObject([{ hour: 2, attempts: 30 }, { hour: 12 }])
    expect(levelOf(after.watch)).toBe('degraded')

    const forgetful = service({ ...hoursFile(path), known: [] }, clock)
    await forgetful.call(12, 12_000)
    expect(levelOf(forgetful.watch)).toBe('healthy')
  })

  test('of pairs that nothing was asked of since are kept, with their names whatever they hold', async () => {
    const path = join(folder(), 'hours.json')
    const counts = { success: 3.5, overloaded: 0, failed: 0, unusable: 0 }
    const hours = [{ hour: 5, at: 490_000, counts, durations: [[9, 3.5]], contents: [[2, 1]] }]
    const pairs = ['a', '["a","b"]', '__proto__'].map((endpoint) => ({ endpoint, model: 'm', hours }))
    writeFileSync(path, JSON.stringify({ version: 1, pairs }))
    const { watch, call } = service(hoursFile(path), new VirtualClock(TWO_AT_NIGHT))
    await call(1, 100)
    watch.dispose()
    expect(hoursFile(path).known.map(({ endpoint }) => endpoint)).toEqual(['images', 'a', '["a","b"]', '__proto__'])
    expect(hoursFile(path).known.slice(1)).toEqual(pairs)
    expect(readdirSync(join(path, '..'))).toEqual(['hours.json'])
  })

  const pair = (change: object): string => JSON.stringify({ version: 1, pairs: [{ endpoint: 'a', hours: [change] }] })
  const hour = {
    hour: 1,
    at: 1,
    counts: { success: 1, overloaded: 0, failed: 0, unusable: 0 },
    durations: [],
    contents: [],
  }
  test.each([
    '',
    '{"version":1,"pairs":[{"endpoint":"a","hou',
    'null',
    '[]',
    '{"version":2,"pairs":[]}',
    '{"version":1,"pairs":{}}',
    '{"version":1,"pairs":[{"endpoint":7,"hours":[]}]}',
    pair({ ...hour, hour: 24 }),
    pair({ ...hour, at: -1 }),
    pair({ ...hour, counts: { success: 1 } }),
    pair({ ...hour, durations: [[1]] }),
    pair({ ...hour, contents: [[1, 'many']] }),
  ])('that are torn or somebody else’s (%s) begin anew, and say so', (content) => {
    const path = join(folder(), 'hours.json')
    writeFileSync(path, content)
    expect(hoursFile(path)).toMatchObject({ found: 'damaged', known: [] })
    const { watch } = service(hoursFile(path), new VirtualClock(TWO_AT_NIGHT))
    watch.dispose()
    expect(hoursFile(path).found).toBe('restored')
  })

  test('are saved every ten minutes; a disk that refuses is told, and leaves what was there', async () => {
    const path = join(folder(), 'hours.json')
    const clock = new VirtualClock(TWO_AT_NIGHT)
    const file = hoursFile(path)
    const { call } = service(file, clock)
    await call(1, 1000)
    await clock.advance(598_999)
    expect(hoursFile(path).found).toBe('nothing')
    await clock.advance(1)
    expect(JSON.parse(readFileSync(path, 'utf8'))).toMatchObject({ version: 1, pairs: [{ endpoint: 'images' }] })

    const events: MonitorEvent[] = []
    const gone = monitor({ pipelines: [], hours: { ...file, save: () => writeFileSync(folder(), '') }, clock })
    gone.events.subscribe((event) => events.push(event))
    gone.dispose()
    expect(events).toMatchObject([{ type: 'diagnostic.reported', source: 'hours', errorName: 'Error' }])
  })

  test('are refused where the file is none, or cannot be read', () => {
    expect(() => hoursFile('')).toThrow('hoursFile.path')
    expect(() => hoursFile(folder())).toThrow('EISDIR')
    expect(() => monitor({ hours: 'hours.json' as never })).toThrow('monitor.hours')
  })
})
