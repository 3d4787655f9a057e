import { fc, test } from '@fast-check/vitest'
import { describe, expect } from 'vitest'
import { WaitQueue, type Waiter } from './wait-queue.ts'

describe('WaitQueue', () => {
  test('serves the lowest rank first, first come among equals', () => {
    const queue = new WaitQueue<string>()
    queue.add('second', 2)
    queue.add('third', 2)
    queue.add('first', 1)
    expect([queue.shift(), queue.shift(), queue.shift(), queue.shift()]).toEqual([
      'first',
      'second',
      'third',
      undefined,
    ])
  })

  test('knows who goes last: the highest rank, and among equals who came last', () => {
    const queue = new WaitQueue<string>()
    expect(queue.last()).toBeUndefined()
    for (const [item, rank] of [
      ['a', 3],
      ['b', 9],
      ['c', 1],
      ['d', 9],
      ['e', 4],
    ] as const)
      queue.add(item, rank)
    const gone: string[] = []
    for (let last = queue.last(); last !== undefined; last = queue.last()) {
      gone.push(last.item)
      queue.remove(last)
    }
    expect(gone).toEqual(['d', 'b', 'e', 'a', 'c'])
  })

  test('waits without end go last, in the order in which they came', () => {
    const queue = new WaitQueue<string>()
    queue.add('patient', Infinity)
    queue.add('more patient', Infinity)
    queue.add('urgent', 5)
    expect([queue.shift(), queue.shift(), queue.shift()]).toEqual(['urgent', 'patient', 'more patient'])
  })

  test('who leaves twice, or was served, left once', () => {
    const queue = new WaitQueue<string>()
    const waiter = queue.add('only')
    expect(queue.remove(waiter)).toBe(true)
    expect(queue.remove(waiter)).toBe(false)
    const served = queue.add('served')
    queue.shift()
    expect(queue.remove(served)).toBe(false)
    expect(queue.size).toBe(0)
  })

  test('who takes the place of one that left from the middle may go before those above it', () => {
    const queue = new WaitQueue<number>()
    const ranks = [1, 10, 2, 11, 12, 3, 5, 13, 14, 15, 16, 17, 18, 20, 6]
    const [, , , leaver] = ranks.map((rank) => queue.add(rank, rank))
    queue.remove(leaver as Waiter<number>)
    const left = ranks.filter((rank) => rank !== 11).toSorted((x, y) => x - y)
    expect(left.map(() => queue.shift())).toEqual(left)
  })

  const step = fc.oneof(
    fc.record({ add: fc.constantFrom(-1, 0, 1, 2, 3, Infinity) }),
    fc.record({ remove: fc.nat(30) }),
    fc.constant({ shift: true } as const),
  )

  test.prop([fc.array(step, { maxLength: 120 })])('behaves as a sorted list from which anybody may leave', (steps) => {
    const queue = new WaitQueue<number>()
    const all: Waiter<number>[] = []
    let model: Waiter<number>[] = []
    for (const each of steps) {
      if ('add' in each) {
        const waiter = queue.add(all.length, each.add)
        all.push(waiter)
        model.push(waiter)
        model.sort((a, b) => (a.rank === b.rank ? a.sequence - b.sequence : a.rank < b.rank ? -1 : 1))
      } else if ('remove' in each) {
        const waiter = all[each.remove]
        if (waiter === undefined) continue
        expect(queue.remove(waiter)).toBe(model.includes(waiter))
        model = model.filter((other) => other !== waiter)
      } else expect(queue.shift()).toBe(model.shift()?.item)
      expect(queue.first()).toBe(model[0])
      expect(queue.size).toBe(model.length)
    }
  })
})
