import { circuitBreaker, fallback, isRejectedError, pipeline } from '@spillway/core'
import * as cockatiel from 'cockatiel'
import CircuitBreaker from 'opossum'
import { compare, oneByOne, type Batch } from './measure.ts'
import { quartiles, ratio, table, whole } from './table.ts'

const down = new Error('down')
const fails = (): Promise<never> => Promise.reject(down)

const caught = (execute: () => Promise<unknown>) => async (): Promise<unknown> => {
  try {
    return await execute()
  } catch (error) {
    return error
  }
}

/** A policy after so many failures that it refuses, which `refuses` proves. */
const opened = async (
  name: string,
  execute: () => Promise<unknown>,
  refuses: (answer: unknown) => boolean,
): Promise<Batch> => {
  const call = caught(execute)
  for (let i = 0; i < 50; i++) await call()
  if (!refuses(await call())) throw new Error(`${name} does not refuse: nothing to measure.`)
  return oneByOne(name, call)
}

/** An open circuit beside an async function that throws. */
export const refusals = async (rounds: number): Promise<string> => {
  const alone = pipeline([circuitBreaker({ openAfterMs: 1, halfOpenAfter: 3_600_000 })])
  const replaced = pipeline([
    fallback({ steps: [() => -1] }),
    circuitBreaker({ openAfterMs: 1, halfOpenAfter: 3_600_000 }),
  ])
  const theirs = cockatiel.circuitBreaker(cockatiel.handleAll, {
    halfOpenAfter: 3_600_000,
    breaker: new cockatiel.ConsecutiveBreaker(5),
  })
  const opossum = new CircuitBreaker(fails, { resetTimeout: 3_600_000 })
  const until = Date.now() + 50
  while (Date.now() < until)
    await caught(() => alone.execute(fails))().then(() => caught(() => replaced.execute(fails))())
  const batches = [
    oneByOne(
      'async function that throws',
      caught(async () => {
        throw down
      }),
    ),
    await opened('Spillway, open circuit', () => alone.execute(fails), isRejectedError),
    await opened(
      'Spillway, open circuit and fallback',
      () => replaced.execute(fails),
      (answer) => answer === -1,
    ),
    await opened('cockatiel, open circuit', () => theirs.execute(fails), cockatiel.isBrokenCircuitError),
    await opened(
      'cockatiel, open circuit and fallback',
      () => cockatiel.wrap(cockatiel.fallback(cockatiel.handleAll, -1), theirs).execute(fails),
      (answer) => answer === -1,
    ),
    await opened(
      'opossum, open circuit',
      () => opossum.fire(),
      (error) => error !== down,
    ),
  ]
  const rows = (await compare(batches, rounds)).map((each) => [
    each.name,
    ratio(each.best),
    quartiles(each),
    whole(each.ns),
  ])
  return table('Refusals, caught by an awaiting caller', ['', 'quickest', 'median (quartiles)', 'ns'], rows)
}
