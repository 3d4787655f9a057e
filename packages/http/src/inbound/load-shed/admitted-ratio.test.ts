import { fc, test } from '@fast-check/vitest'
import { describe, expect } from 'vitest'
import { CRITICALITIES, type Criticality } from '../scope/criticality.ts'
import { AdmittedRatio } from './admitted-ratio.ts'

/** How many of so many requests of each criticality get in, mixed. */
const offer = (ratio: AdmittedRatio, counts: Partial<Record<Criticality, number>>): Record<string, number> => {
  const admitted: Record<string, number> = {}
  const most = Math.max(...Object.values(counts))
  for (let i = 0; i < most; i++)
    for (const [level, count] of Object.entries(counts) as [Criticality, number][])
      if (i < count) admitted[level] = (admitted[level] ?? 0) + Number(ratio.admits(level))
  return admitted
}

describe('the share that is let in', () => {
  test('stays whole for one window under pressure, falls with the second, and comes back step by step', () => {
    const ratio = new AdmittedRatio()
    const after = [3, 3, 1.1, 0.95, 0.5, 0.5].map((pressure) => {
      ratio.windowEnded(pressure)
      return Number(ratio.current.toFixed(3))
    })
    expect(after).toEqual([1, 0.5, 0.45, 0.45, 0.55, 0.65])
  })

  test('is taken from what matters least', () => {
    const ratio = new AdmittedRatio()
    const mix = { sheddable: 20, sheddable_plus: 20, critical: 50, critical_plus: 10 }
    for (const pressure of [2, 2]) {
      offer(ratio, mix)
      ratio.windowEnded(pressure)
    }
    // half of a hundred: all forty that can be shed, and ten of fifty
    expect(offer(ratio, mix)).toEqual({ sheddable: 0, sheddable_plus: 0, critical: 40, critical_plus: 10 })
  })

  test('never falls to nothing, and is whole again after a while without requests', () => {
    const ratio = new AdmittedRatio()
    for (let i = 0; i < 50; i++) {
      offer(ratio, { critical: 100 })
      ratio.windowEnded(10)
    }
    expect(offer(ratio, { critical: 100 })).toEqual({ critical: 5 })
    ratio.windowsSkipped(20)
    expect(offer(ratio, { critical: 100 })).toEqual({ critical: 100 })
  })

  const counts = fc.record(Object.fromEntries(CRITICALITIES.map((level) => [level, fc.nat(60)])))
  test.prop([counts, fc.array(fc.double({ min: 0, max: 5, noNaN: true }), { maxLength: 20 })])(
    'refuses nobody while somebody who matters less is let in, and about as many as it should',
    (mix, pressures) => {
      const ratio = new AdmittedRatio()
      for (const pressure of pressures) {
        offer(ratio, mix)
        ratio.windowEnded(pressure)
      }
      const admitted = offer(ratio, mix)
      const offered = CRITICALITIES.map((level) => mix[level] ?? 0)
      const got = CRITICALITIES.map((level) => admitted[level] ?? 0)
      // the fractions of refusals that are owed round to one at most for each criticality
      for (const [level, count] of got.entries())
        if (count < (offered[level] ?? 0) - 1)
          for (const lower of got.slice(0, level)) expect(lower).toBeLessThanOrEqual(1)
      const sum = (numbers: number[]): number => numbers.reduce((a, b) => a + b, 0)
      expect(Math.abs(sum(got) - sum(offered) * (pressures.length === 0 ? 1 : ratio.current))).toBeLessThanOrEqual(4)
    },
  )
})
