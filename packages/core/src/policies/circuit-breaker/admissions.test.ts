import { fc, test } from '@fast-check/vitest'
import { describe, expect } from 'vitest'
import { Admissions, type Admission } from './admissions.ts'

describe('Admissions', () => {
  const step = fc.oneof(fc.record({ afterMs: fc.nat(10) }), fc.record({ leaves: fc.nat(9) }))

  test.prop([fc.array(step, { maxLength: 60 }), fc.nat(20)])(
    'know how many are at work, and whether one of an interval is',
    (steps, length) => {
      const list = new Admissions<string>()
      const atWork: Admission<string>[] = []
      let now = 0
      for (const each of steps) {
        if ('afterMs' in each) atWork.push(list.add('call', (now += each.afterMs)))
        else for (const admission of atWork.splice(each.leaves, 1)) list.delete(admission)
        expect(list.size).toBe(atWork.length)
        for (let from = 0; from <= now + 1; from++)
          for (const to of [from, from + length])
            if (list.hasBetween(from, to) !== atWork.some(({ at }) => at >= from && at <= to))
              expect.fail(`wrong from ${from} to ${to}`)
      }
    },
  )
})
