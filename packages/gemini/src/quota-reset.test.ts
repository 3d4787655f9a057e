import { expect, it } from 'vitest'
import { untilPacificMidnight } from './quota-reset.ts'

it.for([
  ['2026-01-15T08:00:00.000Z', 24 * 3_600_000],
  ['2026-01-15T07:59:59.000Z', 1000],
  ['2026-07-15T06:59:59.250Z', 750],
  ['2026-07-15T18:30:00.000Z', 12.5 * 3_600_000],
] as const)('counts from %s to midnight in California', ([at, ms]) => {
  expect(untilPacificMidnight(Date.parse(at))).toBe(ms)
})
