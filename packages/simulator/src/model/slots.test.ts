import { fc, test as property } from '@fast-check/vitest'
import { expect } from 'vitest'
import { createEventQueue } from '../event-queue.ts'
import { type Job, createSlots } from './slots.ts'

property.prop([
  fc.integer({ min: 1, max: 4 }),
  fc.integer({ min: 0, max: 4 }),
  fc.array(
    fc.record({
      gap: fc.integer({ min: 0, max: 30 }),
      serviceMs: fc.integer({ min: 0, max: 50 }),
      leaves: fc.constantFrom('never', 'withdraw', 'stop'),
    }),
    { maxLength: 40 },
  ),
])(
  'slots are never overfilled, and everybody who entered is served in turn or withdrawn',
  (capacity, queueLimit, plan) => {
    const events = createEventQueue()
    const slots = createSlots({ queueLimit, capacity: () => capacity, events })
    const started: number[] = []
    const ended = new Set<number>()
    const withdrawn = new Set<number>()
    let entered = 0
    let at = 0
    const playUntil = (until: number): void => {
      for (let due = events.nextAt(); due !== undefined && due <= until; due = events.nextAt()) {
        events.take()?.run(due)
        expect(slots.running()).toBeLessThanOrEqual(capacity)
      }
    }
    for (const [id, { gap, serviceMs, leaves }] of plan.entries()) {
      at += gap
      playUntil(at)
      if (!slots.hasRoom(at)) continue
      entered += 1
      const job: Job = { serviceMs, withdrawn: false, onStart: () => started.push(id), onEnd: () => ended.add(id) }
      slots.enter(job, at)
      expect(slots.running()).toBeLessThanOrEqual(capacity)
      expect(slots.waiting()).toBeLessThanOrEqual(queueLimit)
      if (leaves === 'never' || ended.has(id)) continue
      if (slots.withdraw(job)) withdrawn.add(id)
      else if (leaves === 'stop') slots.stop(job, at)
    }
    playUntil(Infinity)
    expect(slots.running()).toBe(0)
    expect(slots.waiting()).toBe(0)
    expect(started).toEqual(started.toSorted((a, b) => a - b))
    expect(ended.size + withdrawn.size).toBe(entered)
  },
)
