import { presets } from '@spillway/simulator'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { readIncident } from './incident.ts'

describe('an incident', () => {
  test('is a scenario as it is: calls come until ten minutes after its last phase', () => {
    const { traffic, endpoints, startsAt, seed } = readIncident({
      ...presets.peakHours,
      phases: [
        { kind: 'outage', atMs: 300_000, durationMs: 300_000 },
        { kind: 'slow', factor: 2 },
      ],
    })
    expect(traffic).toEqual({ callsPerMinute: 20, minutes: 20, deadlineMs: 180_000, processes: 1 })
    expect(Object.keys(endpoints)).toEqual(['default'])
    expect(endpoints['default']?.phases).toHaveLength(2)
    expect([startsAt, seed]).toEqual([Date.UTC(2026, 2, 2, 13), 1])
  })

  test('has its named places and not the unnamed one; each takes what stands at the top', () => {
    const { endpoints, traffic } = readIncident({
      capacity: 7,
      endpoints: { official: {}, relay: { capacity: 3 } },
      seed: 5,
    })
    expect(endpoints).toMatchObject({ official: { capacity: 7 }, relay: { capacity: 3 } })
    expect(Object.keys(endpoints)).toEqual(['official', 'relay'])
    expect(traffic.minutes).toBe(30)
  })

  test.each(readdirSync(join(import.meta.dirname, '../../incidents')))(
    '%s, which comes with the package, is one',
    (file) => {
      const incident = readIncident(
        JSON.parse(readFileSync(join(import.meta.dirname, '../../incidents', file), 'utf8')),
      )
      expect(incident.traffic.minutes).toBeGreaterThan(30)
    },
  )

  test.each([
    [{ capacity: 0 }, 'capacity'],
    [{ outages: [] }, 'outages'],
    ['[]', 'scenario'],
    [null, 'scenario'],
    [{ traffic: { callsPerMinute: 0 } }, 'incident.traffic.callsPerMinute'],
    [{ traffic: { processes: 1.5 } }, 'incident.traffic.processes'],
    [{ traffic: { calls: 5 } }, 'incident.traffic.calls'],
  ])('%j is refused', (json, message) => {
    expect(() => readIncident(json)).toThrow(message)
  })
})
