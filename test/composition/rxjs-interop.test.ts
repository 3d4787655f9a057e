import { pipeline, retry } from '@spillway/core'
import { firstValueFrom, from, map, take, toArray } from 'rxjs'
import { expect, test } from 'vitest'

test('RxJS takes the events of a pipeline as they are, and they complete when it is disposed of', async () => {
  const calls = pipeline([retry()])
  const types = firstValueFrom(
    from(calls.events).pipe(
      map(({ type }) => type),
      toArray(),
    ),
  )
  await calls.execute(async () => 1)
  calls.dispose()
  expect(await types).toEqual(['call.started', 'attempt.started', 'attempt.completed', 'call.completed'])
})

test('a subscriber of RxJS that has enough stops listening', async () => {
  const calls = pipeline([])
  const first = firstValueFrom(from(calls.events).pipe(take(1)))
  await calls.execute(async () => 1)
  expect(await first).toMatchObject({ type: 'call.started' })
  let listening: boolean | undefined
  await calls.execute(async (context) => {
    listening = context.listening
  })
  expect(listening).toBe(false)
})
