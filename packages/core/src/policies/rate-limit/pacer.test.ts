import { describe, expect, test } from 'vitest'
import { Pacer } from './pacer.ts'

/** Thirty a minute: one each two seconds, three at once. */
const thirty = (): Pacer => new Pacer(30, 60_000)

describe('Pacer', () => {
  test('lets a tenth of the permits go at once, and one in any case', () => {
    for (const [permits, burst] of [
      [30, 3],
      [5, 1],
    ] as const) {
      const pacer = new Pacer(permits, 60_000)
      let sent = 0
      for (; pacer.readyInMs(0, 1) === 0; sent++) pacer.spend(0, 1)
      expect([permits, sent]).toEqual([permits, burst])
    }
  })

  test('then one each share of the period', () => {
    const pacer = thirty()
    pacer.spend(0, 3)
    expect([pacer.readyInMs(0, 1), pacer.readyInMs(500, 1), pacer.readyInMs(2000, 1)]).toEqual([2000, 1500, 0])
    expect(pacer.readyInMs(0, 2)).toBe(4000)
  })

  test('saves up no more than that in a pause', () => {
    const pacer = thirty()
    pacer.spend(0, 3)
    pacer.spend(3_600_000, 3)
    expect(pacer.readyInMs(3_600_000, 1)).toBe(2000)
  })

  test('what costs nothing goes at any time, what costs more than the burst when nothing is spent', () => {
    const pacer = thirty()
    pacer.spend(0, 10)
    expect([pacer.readyInMs(0, 0), pacer.readyInMs(0, 10), pacer.readyInMs(20_000, 10)]).toEqual([0, 20_000, 0])
  })

  test('what is given back can go again', () => {
    const pacer = thirty()
    pacer.spend(0, 3)
    pacer.giveBack(1)
    expect(pacer.readyInMs(0, 1)).toBe(0)
  })
})
