import { expect, test, vi } from 'vitest'
import { InvalidOptionsError, pipeline, registerPlugin, retry, type Plugin } from '../index.ts'
import { recordEvents, scriptedOperation, settle } from '../testing.ts'

/** A plugin that writes down what it sees, wanted once `wanted` says so. */
const sleeper = (wanted: () => boolean, log: string[]): Plugin => ({
  name: 'sleeper',
  isWanted: wanted,
  attach: ({ name }) => {
    log.push(`attached to ${name}`)
    return { onEvent: ({ type }) => log.push(type), aroundCall: (run) => run(), aroundAttempt: (run) => run() }
  },
})

test('a plugin that nobody wants is attached nowhere: nobody listens, and the operation runs as it is', async () => {
  const log: string[] = []
  const operation = async (): Promise<number> => 1
  const seen: unknown[] = []
  const look = {
    name: 'look',
    enter: ({ call }: { call: { operation: unknown; listening: boolean } }) =>
      void seen.push(call.operation, call.listening),
    leave() {},
  }
  const calls = pipeline([look as never], { plugins: [sleeper(() => false, log)] })
  await calls.execute(operation)
  expect([log, seen]).toEqual([[], [operation, false]])
})

test('is attached when a call begins that somebody wants to hear of, and sees that call whole', async () => {
  const log: string[] = []
  let wanted = false
  const isWanted = vi.fn<() => boolean>(() => wanted)
  const calls = pipeline([], { name: 'images', plugins: [sleeper(isWanted, log)] })
  await calls.execute(async () => 1)
  expect(log).toEqual([])
  wanted = true
  await calls.execute(async () => 2)
  expect(log).toEqual(['attached to images', 'call.started', 'attempt.started', 'attempt.completed', 'call.completed'])
  const asked = isWanted.mock.calls.length
  await calls.execute(async () => 3)
  expect(isWanted.mock.calls.length).toBe(asked)
})

test('is asked no more once it was taken away, or its pipeline disposed of', async () => {
  const isWanted = vi.fn<() => boolean>(() => false)
  const calls = pipeline([])
  const unregister = registerPlugin(sleeper(isWanted, []))
  await calls.execute(async () => 1)
  unregister()
  const asked = isWanted.mock.calls.length
  await calls.execute(async () => 2)
  expect(isWanted.mock.calls.length).toBe(asked)
})

test('what throws when it is asked is reported, and costs no call', async () => {
  const boom = (): never => {
    throw new RangeError('boom')
  }
  const calls = pipeline([retry()], { plugins: [sleeper(boom, [])] })
  const { events } = recordEvents(calls)
  await settle()
  expect(await calls.execute(scriptedOperation([{ value: 'fine' }]))).toBe('fine')
  expect(events.filter(({ type }) => type === 'diagnostic.reported')).toMatchObject([
    { source: 'sleeper.attach', errorName: 'RangeError' },
  ])
})

test('isWanted must be a function', () => {
  expect(() => registerPlugin({ name: 'x', attach: () => undefined, isWanted: true } as never)).toThrow(
    InvalidOptionsError,
  )
})
