import { VirtualClock, settle } from '@spillway/core/testing'
import { expect, test } from 'vitest'
import type { AskForImage, ImageAnswer } from '../image-apis.ts'
import { fiveTryLoop } from './five-try-loop.ts'

const overloaded = (): Error => Object.assign(new Error('The model is overloaded.'), { status: 503 })
const throttled = (): Error => Object.assign(new Error('Quota exceeded'), { status: 429 })
const PROMPT = { number: 1, prompt: 'a fox' }

/** Runs the loop against an API, and says when it asked and what came of it. */
async function play(ask: AskForImage, kind = false): Promise<{ askedAt: number[]; end: unknown }> {
  const clock = new VirtualClock()
  const askedAt: number[] = []
  const loop = fiveTryLoop(
    (...args) => {
      askedAt.push(clock.now())
      return ask(...args)
    },
    { clock, random: () => 0.5, kind },
  )
  let end: unknown
  const made = loop.make(PROMPT, new AbortController().signal).then(
    (answer) => (end = answer),
    (error: unknown) => (end = error),
  )
  await settle()
  await clock.advance(700_000)
  await made
  return { askedAt, end }
}

test('five tries, with 2, 4, 8 and 16 s and some jitter between them', async () => {
  const { askedAt, end } = await play(() => Promise.reject(overloaded()))
  expect(askedAt).toEqual([0, 2500, 7000, 15_500, 32_000])
  expect(end).toMatchObject({ status: 503 })
})

test('anything but overload goes up at once', async () => {
  const { askedAt, end } = await play(() => Promise.reject(throttled()))
  expect(askedAt).toEqual([0])
  expect(end).toMatchObject({ status: 429 })
})

test('a kind loop tries again after 429 too, and not after anything else', async () => {
  expect((await play(() => Promise.reject(throttled()), true)).askedAt).toHaveLength(5)
  expect((await play(() => Promise.reject(new Error('no')), true)).askedAt).toHaveLength(1)
})

test('an attempt ends after 120 s, its request is closed, and the next one follows', async () => {
  const answer = { created: 1 } as ImageAnswer
  let closed = 0
  const { askedAt, end } = await play((_prompt, signal) =>
    closed > 0
      ? Promise.resolve(answer)
      : new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => {
            closed++
            reject(new DOMException('aborted', 'AbortError'))
          })
        }),
  )
  expect(askedAt).toEqual([0, 122_500])
  expect(closed).toBe(1)
  expect(end).toBe(answer)
})

test('the caller ends it at once, also between two tries', async () => {
  const clock = new VirtualClock()
  const controller = new AbortController()
  const loop = fiveTryLoop(() => Promise.reject(overloaded()), { clock, random: () => 0 })
  const making = loop.make(PROMPT, controller.signal)
  await settle()
  controller.abort(new Error('enough'))
  await expect(making).rejects.toThrow('enough')
})
