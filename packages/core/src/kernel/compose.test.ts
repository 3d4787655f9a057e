import { describe, expect, test } from 'vitest'
import { asPolicy, pipeline, retry, type Gate, type Policy } from '../index.ts'

const named = (name: string, log: string[]): Gate => ({
  name,
  enter() {
    log.push(name)
    return undefined
  },
  leave() {},
})

const passing = (name: string, log: string[]): Policy => ({
  name,
  execute(next, context) {
    log.push(name)
    return next(context)
  },
})

describe('the order in which parts are written', () => {
  test('is the order in which they run, gates and policies mixed', async () => {
    const log: string[] = []
    await pipeline([
      named('a', log),
      passing('b', log),
      passing('c', log),
      named('d', log),
      named('e', log),
      passing('f', log),
    ]).execute(async () => log.push('run'))
    expect(log.join('')).toBe('abcdefrun')
  })

  test('is kept for a gate that is used as a policy', async () => {
    const log: string[] = []
    await pipeline([asPolicy(named('a', log)), named('b', log), passing('c', log)]).execute(async () => log.push('run'))
    expect(log.join('')).toBe('abcrun')
  })
})

test('whether the inside is ready is asked through policies, and the slowest gate decides', async () => {
  const ready = (name: string, readyInMs?: number): Gate => ({
    name,
    enter: () => undefined,
    leave() {},
    ...(readyInMs === undefined ? {} : { readyInMs: () => readyInMs }),
  })
  const asked: number[] = []
  const asks: Policy = {
    name: 'asks',
    execute(next, context) {
      asked.push(next.readyInMs(context))
      return next(context)
    },
  }
  await pipeline([ready('outside', 99), asks, ready('a', 5), retry(), ready('b', 7), ready('c')]).execute(async () => 1)
  await pipeline([asks]).execute(async () => 1)
  expect(asked).toEqual([7, 0])
})
