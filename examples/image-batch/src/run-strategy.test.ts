import { VirtualClock } from '@spillway/core/testing'
import { renderImage } from '@spillway/simulator'
import { expect, test } from 'vitest'
import { checkSimulatedImage } from './check-image.ts'
import type { ImageAnswer } from './image-apis.ts'
import type { Prompt } from './read-prompts.ts'
import { type PromptResult, runStrategy } from './run-strategy.ts'
import type { Strategy } from './strategies/strategy.ts'

const prompts: readonly Prompt[] = [1, 2, 3, 4, 5].map((number) => ({ number, prompt: `prompt ${number}` }))
const imageOf = (prompt: string): ImageAnswer => {
  const png = renderImage({ prompt, model: 'm', width: 16, height: 16 })
  return { created: 1, data: [{ b64_json: Buffer.from(png).toString('base64') }] }
}

/** Runs a strategy made of one function. */
async function run(
  make: (prompt: Prompt, clock: VirtualClock) => Promise<ImageAnswer>,
  controller: AbortController = new AbortController(),
): Promise<{ results: readonly PromptResult[]; kept: number[] }> {
  const clock = new VirtualClock()
  const strategy: Strategy = { name: 'spillway', summary: '', make: (prompt) => make(prompt, clock) }
  const kept: number[] = []
  const results = await runStrategy({
    prompts,
    strategy,
    concurrency: 2,
    clock,
    signal: controller.signal,
    check: checkSimulatedImage,
    keep: async ({ number }) => void kept.push(number),
  })
  return { results, kept }
}

const outcomes = (results: readonly PromptResult[]): string[] =>
  results.toSorted((a, b) => a.prompt.number - b.prompt.number).map(({ outcome }) => outcome)

test('every prompt is made once, so many at a time', async () => {
  let [atWork, most] = [0, 0]
  const { results, kept } = await run(async ({ prompt }) => {
    most = Math.max(most, ++atWork)
    await Promise.resolve()
    atWork--
    return imageOf(prompt)
  })
  expect(outcomes(results)).toEqual(['made', 'made', 'made', 'made', 'made'])
  expect(kept.toSorted((a, b) => a - b)).toEqual([1, 2, 3, 4, 5])
  expect(most).toBe(2)
})

test('an image after three minutes is late', async () => {
  const { results } = await run(async ({ number, prompt }, clock) => {
    if (number === 1) await clock.advance(180_001)
    return imageOf(prompt)
  })
  expect(outcomes(results)[0]).toBe('late')
})

test('an image of another prompt, and an answer without one, are failures and not kept', async () => {
  const { results, kept } = await run(async ({ number, prompt }) => {
    if (number === 1) return imageOf('something else')
    return number === 2 ? { created: 1, data: [] } : imageOf(prompt)
  })
  expect(outcomes(results)).toEqual(['failed', 'failed', 'made', 'made', 'made'])
  expect(results.slice(0, 2).map(({ error }) => (error as Error).message)).toEqual(
    expect.arrayContaining(['the image belongs to another prompt', 'the answer has no image']),
  )
  expect(kept.toSorted((a, b) => a - b)).toEqual([3, 4, 5])
})

test('an interrupt ends what is at work and begins nothing new', async () => {
  const controller = new AbortController()
  const { results } = await run(async () => {
    controller.abort(new Error('stop'))
    throw controller.signal.reason
  }, controller)
  expect(outcomes(results)).toEqual(['canceled'])
})
