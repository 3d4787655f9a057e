import { describe, expect, test } from 'vitest'
import { bulkhead, pipeline, retry } from '../index.ts'
import { recordEvents } from '../testing.ts'
import { ended } from './__fixtures__/ended.ts'
import { refusal } from './__fixtures__/refusal.ts'

describe('an operation', () => {
  test('that throws before it gives a promise has failed, and its attempt is told', async () => {
    const calls = pipeline([])
    const recording = recordEvents(calls)
    const error = new Error('at once')
    const thrown = await ended(
      calls.execute(() => {
        throw error
      }),
    )
    expect(thrown).toBe(error)
    expect(recording.timeline()).toHaveLength(4)
  })

  test('may give a plain value or a foreign thenable', async () => {
    const calls = pipeline([bulkhead({ maxConcurrency: 1 })])
    expect(await calls.execute((() => 'plain') as never)).toBe('plain')
    // oxlint-disable-next-line unicorn/no-thenable -- that is what it is about
    const thenable = { then: (resolve: (value: string) => void) => resolve('foreign') } as PromiseLike<string>
    expect(await calls.execute(() => thenable)).toBe('foreign')
  })

  // trap: hooks-change-nothing
  test('is judged once, by a classifier that may fail without harm', async () => {
    let asked = 0
    const classifier = {
      error() {
        asked++
        throw new RangeError('classifier is broken')
      },
    }
    const calls = pipeline([retry({ maxAttempts: 1 }), bulkhead({ maxConcurrency: 1 })], { classifier })
    const recording = recordEvents(calls)
    const error = new Error('original')
    expect(await ended(calls.execute(() => Promise.reject(error)))).toBe(error)
    expect(asked).toBe(1)
    expect(recording.events.find(({ type }) => type === 'diagnostic.reported')).toMatchObject({
      source: 'classifier',
      errorName: 'RangeError',
    })
  })

  test('that gives up with an error of ours is judged by what that error says', async () => {
    const calls = pipeline([retry()])
    expect(await ended(calls.execute(() => Promise.reject(refusal())))).toMatchObject({ code: 'ERR_TEST' })
  })
})
