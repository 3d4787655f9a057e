import { fc, test } from '@fast-check/vitest'
import { describe, expect } from 'vitest'
import { AlertBook } from './alert-book.ts'
import type { AlertFinding, AlertRule } from './alert-rule.ts'

const rule = (some: Partial<AlertRule> = {}): AlertRule => ({
  name: 'busy',
  forMs: 60,
  resolveAfterMs: 30,
  find: () => undefined,
  ...some,
})
const about = (...subjects: string[]): AlertFinding[] =>
  subjects.map((subject) => ({ subject, text: `${subject} is busy` }))

describe('an alert', () => {
  test('fires once it has held, once however often it is found, and is resolved once it has not', () => {
    const busy = rule()
    const book = new AlertBook()
    const at = (now: number, ...subjects: string[]) => book.enter(new Map([[busy, about(...subjects)]]), now)
    expect(at(0, 'a')).toEqual({ fired: [], resolved: [] })
    expect(at(59, 'a').fired).toEqual([])
    expect(at(60, 'a', 'b').fired).toEqual([
      { rule: 'busy', severity: 'warning', subject: 'a', text: 'a is busy', since: 0, firedAt: 60 },
    ])
    expect(at(61, 'a').fired).toEqual([])
    expect(book.firing.map(({ subject }) => subject)).toEqual(['a'])
    expect(at(90)).toEqual({ fired: [], resolved: [] })
    expect(at(91).resolved).toMatchObject([{ subject: 'a', since: 0, firedAt: 60 }])
    expect(book.firing).toEqual([])
    expect(at(200, 'a').fired).toEqual([])
  })

  test.each([
    [40, 40],
    [150, 100],
    [Number.NaN, 100],
  ])('that its rule knows since %s is one since %s, and fires when it has held', (known, since) => {
    const findings = [{ subject: 'a', text: 'a is busy', since: known }]
    const { fired } = new AlertBook().enter(new Map([[rule({ forMs: 0 }), findings]]), 100)
    expect(fired).toMatchObject([{ since, firedAt: 100 }])
    expect(new AlertBook().enter(new Map([[rule(), findings]]), 100).fired).toHaveLength(since === 40 ? 1 : 0)
  })

  test('that goes away before it has held was none', () => {
    const busy = rule()
    const book = new AlertBook()
    for (const now of [0, 50]) book.enter(new Map([[busy, about('a')]]), now)
    book.enter(new Map([[busy, []]]), 55)
    expect(book.enter(new Map([[busy, about('a')]]), 100).fired).toEqual([])
  })

  test('of a rule that could not be asked stays as it is', () => {
    const busy = rule({ forMs: 0 })
    const book = new AlertBook()
    book.enter(new Map([[busy, about('a')]]), 0)
    expect(book.enter(new Map(), 1000).resolved).toEqual([])
    expect(book.firing).toHaveLength(1)
  })

  test('of a rule gone wild is one of a thousand at most', () => {
    const busy = rule({ forMs: 0 })
    const book = new AlertBook()
    const subjects = Array.from({ length: 5000 }, (_, i) => `${i}`)
    expect(book.enter(new Map([[busy, about(...subjects)]]), 0).fired).toHaveLength(1000)
  })

  test.prop([fc.array(fc.tuple(fc.boolean(), fc.integer({ min: 1, max: 40 })), { maxLength: 200 })])(
    'fires and is resolved in turn, never sooner than its rule says',
    (looks) => {
      const busy = rule()
      const book = new AlertBook()
      let now = 0
      let firing = false
      let foundSince: number | undefined
      let lostSince = 0
      for (const [found, afterMs] of looks) {
        now += afterMs
        const { fired, resolved } = book.enter(new Map([[busy, found ? about('a') : []]]), now)
        if (found) foundSince ??= now
        if (fired.length > 0) {
          expect(firing).toBe(false)
          expect(now - (foundSince as number)).toBeGreaterThanOrEqual(60)
          firing = true
        }
        if (resolved.length > 0) {
          expect(firing).toBe(true)
          expect(now - lostSince).toBeGreaterThanOrEqual(30)
          firing = false
        }
        if (found) lostSince = now
        else if (!firing) foundSince = undefined
      }
    },
  )
})
