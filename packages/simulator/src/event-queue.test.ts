import { fc, test as property } from '@fast-check/vitest'
import { expect } from 'vitest'
import { createEventQueue } from './event-queue.ts'

property.prop([fc.array(fc.integer({ min: 0, max: 20 }))])(
  'events come by time, and those of one instant in the order they were added',
  (times) => {
    const queue = createEventQueue()
    const seen: [number, number][] = []
    for (const [index, at] of times.entries()) queue.add(at, () => seen.push([at, index]))
    for (let event = queue.take(); event !== undefined; event = queue.take()) event.run(event.at)
    expect(seen).toEqual(times.map((at, index): [number, number] => [at, index]).toSorted((a, b) => a[0] - b[0]))
  },
)
