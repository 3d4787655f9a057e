import { pipeline, retry, type SpillwayEvent } from '@spillway/core'
import { recordEvents, scriptedOperation, VirtualClock } from '@spillway/core/testing'
import { from, lastValueFrom, takeWhile, toArray } from 'rxjs'
import { expect, test } from 'vitest'

test('RxJS takes pipeline.events as they are: in order, in the turn of the event, completing on dispose', async () => {
  const clock = new VirtualClock()
  const calls = pipeline([retry()], { clock })
  const recording = recordEvents(calls)
  const heard: SpillwayEvent[] = []
  let completed = false
  from(calls.events).subscribe({ next: (event) => heard.push(event), complete: () => (completed = true) })
  const answer = calls.execute(scriptedOperation([{ error: new Error('busy') }, { value: 1 }]))
  expect(heard[0]?.type).toBe('call.started')
  await clock.run()
  await answer
  expect(heard).toEqual(recording.events)
  expect(heard).toHaveLength(7)
  calls.dispose()
  expect(completed).toBe(true)
})

test('what RxJS unsubscribes from pipeline.events no longer listens', async () => {
  const calls = pipeline([])
  const types = lastValueFrom(
    from(calls.events).pipe(
      takeWhile(({ type }) => type !== 'attempt.started', true),
      toArray(),
    ),
  )
  await calls.execute(async () => 1)
  expect((await types).map(({ type }) => type)).toEqual(['call.started', 'attempt.started'])
  expect(await calls.execute(async (context) => context.listening)).toBe(false)
})
