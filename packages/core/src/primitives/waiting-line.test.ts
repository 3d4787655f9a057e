import { fc, test } from '@fast-check/vitest'
import { describe, expect } from 'vitest'
import { rankOf, type QueueOrder } from '../kernel/queue-order.ts'
import { settle } from '../testing.ts'
import { callContextOf } from './__fixtures__/call-context-of.ts'
import { Door } from './__fixtures__/door.ts'
import { TOO_LATE } from './waiting-line.ts'

const GONE = new Error('gone')
const ABORTED = { reason: 'aborted', retryAfterMs: undefined }

describe('WaitingLine', () => {
  test('answers in the same tick where there is a place', () => {
    const door = new Door()
    door.places = 1
    expect(door.answers.get(door.ask())).toBe('entered')
  })

  const arrivals = [
    { priority: 0, deadline: 300 },
    { priority: 2, deadline: 900 },
    { priority: 1, deadline: 100 },
    { priority: 2, deadline: 100 },
  ]
  test.each([
    ['fifo', [0, 1, 2, 3]],
    ['priority', [1, 3, 2, 0]],
    ['deadline', [2, 3, 0, 1]],
  ] as const)('lets those who wait in by %s, first come among equals', (order, expected) => {
    const door = new Door({ order })
    const asked = arrivals.map((options) => door.ask(options))
    for (const _ of asked) door.free(1)
    expect(door.entered.map((context) => asked.indexOf(context))).toEqual(expected)
  })

  test('a newcomer does not overtake those who wait, not even into a place that nobody has noticed', () => {
    const door = new Door()
    const first = door.ask()
    door.places = 1
    door.ask()
    expect(door.entered).toEqual([first])
  })

  // trap: abort-frees-the-seat
  test('who aborts is out in the same tick and leaves nothing behind', async () => {
    const door = new Door({ maxWaitMs: 5000 })
    const leaver = door.ask()
    leaver.abort(GONE)
    expect([door.line.size, door.clock.pending]).toEqual([0, 0])
    await settle()
    expect(door.answers.get(leaver)).toEqual(ABORTED)
  })

  test('whose call is over before it asks does not get in', () => {
    const door = new Door()
    door.places = 1
    const context = callContextOf(door.clock)
    context.abort(GONE)
    expect(door.line.enter(context)).toEqual(ABORTED)
    expect(door.places).toBe(1)
  })

  test('refuses at once when nobody more may wait', () => {
    const door = new Door({ queueLimit: 1 })
    door.ask()
    expect(door.answers.get(door.ask())).toEqual({ reason: 'queue_full', retryAfterMs: undefined })
  })

  test.each([
    ['the longest wait', { maxWaitMs: 499 }, {}],
    ["the call's deadline", {}, { deadline: 499 }],
  ])('refuses at once when the wait is known to be longer than %s', (_, options, call) => {
    const door = new Door(options)
    door.tryEnter = () => 500
    expect(door.answers.get(door.ask(call))).toEqual({ reason: 'waited_too_long', retryAfterMs: 500 })
  })

  test('asks again when the time that was named has come', async () => {
    const door = new Door()
    door.tryEnter = () => Math.max(0, 500 - door.clock.now())
    const context = door.ask()
    await door.clock.advance(499)
    expect(door.answers.has(context)).toBe(false)
    await door.clock.advance(1)
    expect(door.answers.get(context)).toBe('entered')
    expect(door.clock.pending).toBe(0)
  })

  test('a line that empties has no timer', () => {
    const door = new Door()
    door.tryEnter = () => 500
    door.ask().abort(GONE)
    expect(door.clock.pending).toBe(0)
  })

  test('whoever gives up after the longest wait no longer holds back those behind', async () => {
    const door = new Door({ maxWaitMs: 100 })
    const heavy = door.ask()
    door.tryEnter = (context) => (context === heavy ? 10_000 : 0)
    await door.clock.advance(50)
    const light = door.ask()
    await door.clock.advance(50)
    expect(door.answers.get(heavy)).toEqual({ reason: 'waited_too_long', retryAfterMs: undefined })
    expect(door.answers.get(light)).toBe('entered')
    expect(door.clock.pending).toBe(0)
  })

  test('asks from time to time where places become free unseen', async () => {
    const door = new Door({ pollMs: 1000 })
    const context = door.ask()
    door.places = 1
    await door.clock.advance(1000)
    expect(door.answers.get(context)).toBe('entered')
    expect(door.clock.pending).toBe(0)
  })

  test('somebody who comes while another is let in waits and is not forgotten', async () => {
    const door = new Door({ order: 'priority' })
    const ordinary = door.ask()
    let urgent = ordinary
    const take = door.tryEnter
    door.tryEnter = (context) => {
      if (urgent === ordinary) urgent = door.ask({ priority: 9 })
      return take(context)
    }
    door.free(1)
    await settle()
    expect(door.answers.get(ordinary)).toBe('entered')
    expect(door.line.size).toBe(1)
    door.free(1)
    await settle()
    expect(door.answers.get(urgent)).toBe('entered')
  })

  test('somebody who comes while another is asked, and goes before, is asked next', async () => {
    const door = new Door({ order: 'priority' })
    const ordinary = door.ask()
    const take = door.tryEnter
    door.places = 1
    let urgent = ordinary
    door.tryEnter = (context) => {
      if (context !== ordinary) return take(context)
      if (urgent === ordinary) urgent = door.ask({ priority: 9 })
      return Infinity
    }
    door.line.serve()
    expect(door.entered).toEqual([urgent])
  })

  test('who can no longer be served in time leaves when asked, and does not hold up the next', async () => {
    const door = new Door()
    const late = door.ask()
    const next = door.ask()
    door.tryEnter = (context) => (context === late ? TOO_LATE : 0)
    door.line.serve()
    await settle()
    expect(door.answers.get(late)).toEqual({ reason: 'waited_too_long', retryAfterMs: undefined })
    expect(door.answers.get(next)).toBe('entered')
    expect(door.answers.get(door.ask())).toBe('entered')
    door.tryEnter = () => TOO_LATE
    expect(door.answers.get(door.ask())).toMatchObject({ reason: 'waited_too_long' })
  })

  test('says when a newcomer could get in: not before those who wait', () => {
    const door = new Door()
    expect(door.line.readyInMs(0, 0)).toBe(0)
    door.tryEnter = () => 500
    door.ask()
    expect([door.line.readyInMs(0, 100), door.line.readyInMs(900, 100), door.line.readyInMs(0, 500)]).toEqual([
      400, 900, 1,
    ])
    const unknown = new Door()
    unknown.ask()
    expect(unknown.line.readyInMs(0, 100)).toBe(Infinity)
  })

  test('who is ended while being let in has the place, so that it can be given back', async () => {
    const door = new Door()
    const context = door.ask()
    const take = door.tryEnter
    door.tryEnter = (entering) => {
      entering.abort(GONE)
      return take(entering)
    }
    door.free(1)
    await settle()
    expect(door.answers.get(context)).toBe('entered')
  })

  test('who is ended while being asked leaves without a place', async () => {
    const door = new Door()
    const context = door.ask()
    door.tryEnter = (entering) => {
      entering.abort(GONE)
      return Infinity
    }
    door.line.serve()
    await settle()
    expect(door.answers.get(context)).toEqual(ABORTED)
    expect(door.line.size).toBe(0)
  })

  test('an error while one is let in ends that one only', async () => {
    const door = new Door()
    const unlucky = door.ask()
    const lucky = door.ask()
    const broken = new Error('broken')
    door.tryEnter = (context) => {
      if (context === unlucky) throw broken
      return 0
    }
    door.line.serve()
    await settle()
    expect(door.answers.get(unlucky)).toBe(broken)
    expect(door.answers.get(lucky)).toBe('entered')
  })

  test('disposing refuses everybody who waits, and whoever would have to, and ends the timer', async () => {
    const door = new Door()
    door.tryEnter = () => 500
    const before = door.ask()
    door.line.dispose()
    const after = door.ask()
    await settle()
    expect(door.answers.get(before)).toMatchObject({ reason: 'disposed' })
    expect(door.answers.get(after)).toMatchObject({ reason: 'disposed' })
    expect(door.clock.pending).toBe(0)
    door.tryEnter = () => 0
    expect(door.answers.get(door.ask())).toBe('entered')
  })

  const step = fc.oneof(
    fc.record({ priority: fc.nat(3), deadline: fc.integer({ min: 1, max: 50 }) }),
    fc.record({ abort: fc.nat(60) }),
    fc.record({ free: fc.integer({ min: 1, max: 3 }) }),
    fc.record({ advance: fc.nat(20) }),
  )
  const orders = fc.constantFrom<QueueOrder>('fifo', 'priority', 'deadline')

  // trap: accepted-means-served
  test.prop([orders, fc.array(step, { maxLength: 60 })])(
    'everybody enters, aborts or gives up exactly once, and nobody enters before somebody who ranks first',
    async (order, steps) => {
      const door = new Door({ order, maxWaitMs: 30 })
      const asked: ReturnType<Door['ask']>[] = []
      let given = 0
      const waiting = (): typeof asked =>
        asked.filter((each) => !door.answers.has(each) && !door.entered.includes(each))
      for (const each of steps) {
        if ('priority' in each) asked.push(door.ask(each))
        else if ('abort' in each) asked[each.abort]?.abort(GONE)
        else if ('advance' in each) await door.clock.advance(each.advance)
        else {
          given += each.free
          await settle()
          const before = waiting()
          door.free(each.free)
          const left = waiting()
          const worst = Math.max(...before.filter((one) => !left.includes(one)).map((one) => rankOf(order, one)))
          for (const one of left) expect(rankOf(order, one)).toBeGreaterThanOrEqual(worst)
        }
      }
      await door.clock.advance(30)
      expect([door.line.size, door.clock.pending, door.answers.size]).toEqual([0, 0, asked.length])
      const inside = [...door.answers.values()].filter((answer) => answer === 'entered').length
      expect(inside + door.places).toBe(given)
      expect(inside).toBe(door.entered.length)
    },
  )
})
