import { expect, test } from 'vitest'
import { instant, moment, tick } from './instants.ts'

const HOUR = 3_600_000

test('instants are UTC', () => {
  const noon = Date.UTC(2026, 2, 2, 12, 5, 9)
  expect([instant(noon), moment(noon)]).toEqual(['2026-03-02 12:05 UTC', '2 Mar 2026, 12:05'])
  expect([tick(noon, HOUR), tick(noon, 1000), tick(Date.UTC(2026, 2, 3), HOUR)]).toEqual(['12:05', '12:05:09', '3 Mar'])
})
