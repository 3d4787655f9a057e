import type { IncomingMessage } from 'node:http'
import { nextMoment } from './scope/moment.ts'
import { momentOf } from './scope/request-scope.ts'

/** A middleware may be made when the first request wants it. So many that served none but that one are a mistake. */
const TOO_MANY = 10

const DOCUMENTATION = 'https://github.com/spillway/spillway/blob/main/docs/adapters/express.md#mistakes-to-avoid'

/** For each kind of middleware, how many were made while a request was answered, and have seen no other. */
const madeForOne = new Map<string, number>()
const told = new Set<string>()

/**
 * Finds out who makes a middleware with a state of its own for each request, so that it never counts two of them together.
 * Knows only requests that `spillway` has seen before. Warns once, as Node warns.
 *
 * @returns to be called with each request that the middleware sees
 */
export const watchMaking = (name: string): ((request: IncomingMessage) => void) => {
  const madeAt = nextMoment()
  let seen = 0
  let within = false
  const count = (by: number): number => {
    const sum = (madeForOne.get(name) ?? 0) + by
    madeForOne.set(name, sum)
    return sum
  }
  return (request) => {
    if (++seen > 2) return
    if (seen === 2) {
      if (within) count(-1)
      return
    }
    within = (momentOf(request) ?? Infinity) < madeAt
    if (within && count(1) >= TOO_MANY && !told.has(name)) warn(name)
  }
}

const warn = (name: string): void => {
  told.add(name)
  process.emitWarning(
    `${name}() is called while requests are answered. Each call makes a state of its own, so that no two requests are counted together and none is refused. Call it once, when the application is made. See ${DOCUMENTATION}`,
    { type: 'SpillwayWarning', code: 'SPILLWAY_MIDDLEWARE_MADE_IN_REQUEST' },
  )
}
