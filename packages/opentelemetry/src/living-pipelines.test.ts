import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { pipeline } from '@spillway/core'
import { expect, test } from 'vitest'
import { LivingPipelines } from './living-pipelines.ts'

// A collection looks through all that the worker's other test files have loaded.
test('knows those that live, and forgets those that are gone or taken out', { timeout: 30_000 }, async () => {
  setFlagsFromString('--expose-gc')
  const gc = runInNewContext('gc') as () => void
  const living = new LivingPipelines()
  const [held, out] = [pipeline([], { name: 'held' }), pipeline([], { name: 'out' })]
  living.add(held)
  living.add(out)()
  for (let i = 0; i < 2000; i++) {
    living.add(pipeline([]))
    if (i % 400 !== 0) continue
    await new Promise((resolve) => setImmediate(resolve))
    gc()
  }
  expect(living.size).toBeLessThan(1000)
  await new Promise((resolve) => setImmediate(resolve))
  gc()
  expect(living.all().length).toBeLessThan(10)
  expect(living.all()).toContain(held)
  expect(living.all()).not.toContain(out)
})
