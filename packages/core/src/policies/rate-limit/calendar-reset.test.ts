import { fc, test as prop } from '@fast-check/vitest'
import { describe, expect, test } from 'vitest'
import { nextReset } from './calendar-reset.ts'

const at = (text: string): number => Date.parse(text)
const iso = (ms: number): string => new Date(ms).toISOString()

describe('the next reset', () => {
  const pacific = nextReset({ hour: 0, timeZone: 'America/Los_Angeles' })

  test('is midnight where the provider counts, in winter and in summer', () => {
    expect(iso(pacific(at('2026-01-10T12:00:00Z')))).toBe('2026-01-11T08:00:00.000Z')
    expect(iso(pacific(at('2026-07-10T12:00:00.500Z')))).toBe('2026-07-11T07:00:00.000Z')
    expect(iso(pacific(at('2026-01-10T07:59:59.999Z')))).toBe('2026-01-10T08:00:00.000Z')
    expect(iso(pacific(at('2026-01-10T08:00:00Z')))).toBe('2026-01-11T08:00:00.000Z')
    expect(iso(pacific(at('2026-12-31T23:00:00Z')))).toBe('2027-01-01T08:00:00.000Z')
  })

  test('comes after 23 hours when the clocks go forward, after 25 when they go back', () => {
    expect(iso(pacific(at('2026-03-08T08:00:00Z')))).toBe('2026-03-09T07:00:00.000Z')
    expect(iso(pacific(at('2026-11-01T07:00:00Z')))).toBe('2026-11-02T08:00:00.000Z')
  })

  test('an hour that is skipped begins when it would have, and one that comes twice counts once', () => {
    const berlin = nextReset({ hour: 2, timeZone: 'Europe/Berlin' })
    expect(iso(berlin(at('2026-03-29T00:00:00Z')))).toBe('2026-03-29T01:00:00.000Z')
    expect(iso(berlin(at('2026-03-29T01:00:00Z')))).toBe('2026-03-30T00:00:00.000Z')
    expect(iso(berlin(at('2026-10-24T22:00:00Z')))).toBe('2026-10-25T00:00:00.000Z')
    expect(iso(berlin(at('2026-10-25T00:00:00Z')))).toBe('2026-10-26T01:00:00.000Z')
  })

  test('is right where the day is half an hour off, and where it is a day ahead', () => {
    expect(iso(nextReset({ hour: 9, timeZone: 'Asia/Kolkata' })(at('2026-05-01T00:00:00Z')))).toBe(
      '2026-05-01T03:30:00.000Z',
    )
    expect(iso(nextReset({ hour: 0, timeZone: 'Pacific/Kiritimati' })(at('2026-05-01T00:00:00Z')))).toBe(
      '2026-05-01T10:00:00.000Z',
    )
  })

  prop.prop([
    fc.integer({ min: at('2024-01-01T00:00:00Z'), max: at('2029-01-01T00:00:00Z') }),
    fc.constantFrom('UTC', 'America/Los_Angeles', 'Europe/Berlin', 'Australia/Lord_Howe', 'Asia/Kathmandu'),
    fc.integer({ min: 0, max: 23 }),
  ])('is ahead by at most 25 hours, whenever and wherever', (now, timeZone, hour) => {
    const ahead = nextReset({ hour, timeZone })(now) - now
    expect(ahead).toBeGreaterThan(0)
    expect(ahead).toBeLessThanOrEqual(25 * 3_600_000)
  })
})
