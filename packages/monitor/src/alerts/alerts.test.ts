import { VirtualClock } from '@spillway/core/testing'
import { describe, expect, test } from 'vitest'
import { snapshotOf } from '../__fixtures__/snapshot.ts'
import type { AlertRule, AlertSink, Notice } from '../index.ts'
import type { MonitorEventBody } from '../monitor/monitor-events.ts'
import { checkAlertOptions } from './alert-options.ts'
import { Alerts } from './alerts.ts'
import { stderrSink } from './sinks/stderr-sink.ts'

const many = (count: () => number): AlertRule => ({
  name: 'many',
  resolveAfterMs: 0,
  find: () => Array.from({ length: count() }, (_, i) => ({ subject: `${i}`, text: `${i} is ill` })),
})

const started = (rules: AlertRule[], sinks: (AlertSink | ((notice: Notice) => void))[], maxNotices = 20) => {
  const events: MonitorEventBody[] = []
  const options = checkAlertOptions({ rules, sinks, maxNotices, perMs: 1000 })
  return {
    events,
    alerts: new Alerts('watch', { ...options, clock: new VirtualClock(), everyMs: 10_000 }, (event) =>
      events.push(event),
    ),
  }
}

describe('notices', () => {
  test('are bounded, and what is withheld is told once there is room', async () => {
    let count = 12
    const texts: string[] = []
    const { alerts, events } = started([many(() => count)], [({ text }) => void texts.push(text)], 5)
    alerts.look(snapshotOf({ at: 0 }))
    await alerts.idle()
    expect(texts).toHaveLength(5)
    expect(events.filter(({ type }) => type === 'alert.fired')).toHaveLength(12)
    alerts.look(snapshotOf({ at: 999 }))
    count = 11
    alerts.look(snapshotOf({ at: 1000 }))
    await alerts.idle()
    expect(texts.slice(5)).toEqual([
      'watch: resolved after 1 second: 11 [many]',
      'watch: 7 notices were withheld because there were too many; firing now: 0 [many]; 1 [many]; 2 [many]; 3 [many]; 4 [many]; and 6 more',
    ])
  })

  test('tell of an outage once: the worst of a subject, and what is left of it afterwards', async () => {
    let found: Record<string, string[]> = {}
    const rule = (name: string, severity: 'warning' | 'critical'): AlertRule => ({
      name,
      severity,
      resolveAfterMs: 0,
      find: () => (found[name] ?? []).map((subject) => ({ subject, text: `${subject} is ill` })),
    })
    const texts: string[] = []
    const { alerts, events } = started(
      [rule('overload', 'warning'), rule('down', 'critical'), rule('queue', 'critical')],
      [({ text }) => void texts.push(text)],
    )
    const look = async (at: number, now: Record<string, string[]>): Promise<string[]> => {
      found = now
      alerts.look(snapshotOf({ at }))
      await alerts.idle()
      return texts.splice(0)
    }
    expect(await look(0, { overload: ['a', 'b'], down: ['a'] })).toEqual([
      'watch: warning: b is ill [overload]',
      'watch: critical: a is ill [down]',
    ])
    expect(await look(1000, { overload: ['a'], down: ['a'], queue: ['a'] })).toEqual([
      'watch: resolved after 1 second: b [overload]',
      'watch: critical: a is ill [queue]',
    ])
    expect(await look(2000, { overload: ['a'] })).toEqual([
      'watch: resolved after 2 seconds: a [down]',
      'watch: resolved after 1 second: a [queue]',
      'watch: warning: a is ill [overload]',
    ])
    expect(await look(3000, {})).toEqual(['watch: resolved after 3 seconds: a [overload]'])
    expect(await look(4000, { overload: ['a'] })).toHaveLength(1)
    expect(await look(5000, { overload: ['a'], down: ['a'] })).toEqual(['watch: critical: a is ill [down]'])
    expect(events.filter(({ type }) => type === 'alert.fired')).toHaveLength(6)
  })

  test('of a sink that hangs hold up no other, and of many only the newest wait', async () => {
    let count = 0
    const heard: string[] = []
    const deaf: AlertSink = { name: 'deaf', send: () => new Promise(() => {}) }
    const { alerts, events } = started([many(() => count)], [deaf, ({ text }) => void heard.push(text)], 10_000)
    for (count of [80, 160]) {
      alerts.look(snapshotOf({ at: count }))
      await new Promise(setImmediate)
    }
    expect(heard).toHaveLength(160)
    const lost = events.filter(({ type }) => type === 'notice.lost')
    expect(lost).toHaveLength(59)
    expect(lost[0]).toEqual({ type: 'notice.lost', sink: 'deaf', errorName: 'Crowded' })
    alerts.dispose()
  })

  test('that a sink fails to send are told of, without its words', async () => {
    const broken: AlertSink = { name: 'pager', send: () => Promise.reject(new RangeError('https://secret')) }
    const { alerts, events } = started([many(() => 1)], [broken])
    alerts.look(snapshotOf())
    await alerts.idle()
    expect(events.at(-1)).toEqual({ type: 'notice.lost', sink: 'pager', errorName: 'RangeError' })
    expect(JSON.stringify(events)).not.toContain('secret')
  })

  test('under way are ended with the monitor', async () => {
    let ended: AbortSignal | undefined
    const slow: AlertSink = {
      name: 'slow',
      send: (_notice, signal) => {
        ended = signal
        return new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('left'))))
      },
    }
    const { alerts, events } = started([many(() => 3)], [slow])
    alerts.look(snapshotOf())
    await new Promise(setImmediate)
    alerts.dispose()
    await alerts.idle()
    expect(ended?.aborted).toBe(true)
    expect(events.filter(({ type }) => type === 'notice.lost')).toEqual([])
  })
})

test('standard error gets one line each, in which nothing steers a terminal', () => {
  const lines: string[] = []
  const sink = stderrSink((line) => lines.push(line))
  void sink.send(
    { kind: 'fired', monitor: 'watch', at: 0, text: 'page says \u001B[2Jdown\r\n(all)' },
    AbortSignal.timeout(1),
  )
  expect(lines).toEqual(['1970-01-01T00:00:00.000Z page says  [2Jdown (all)\n'])
})
