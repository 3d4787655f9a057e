import { AsyncLocalStorage } from 'node:async_hooks'
import { constantBackoff, pipeline, retry, timeout, type CallContext } from '@spillway/core'
import { VirtualClock } from '@spillway/core/testing'
import { expect, test } from 'vitest'

// The timer that ends attempts is shared: the next attempt of one call once ran with the stores of whichever call had
// armed it.
test('the attempt after a time limit sees the stores of its own caller', async () => {
  const storage = new AsyncLocalStorage<string>()
  const seen: string[] = []
  const clock = new VirtualClock()
  const calls = pipeline([retry({ backoff: constantBackoff(1) }), timeout({ attemptMs: 50 })], { clock })
  const operation = ({ attempt }: CallContext): Promise<void> => {
    seen.push(`${storage.getStore()} ${attempt}`)
    return attempt === 1 ? new Promise(() => {}) : Promise.resolve()
  }
  const call = (name: string): Promise<void> => storage.run(name, () => calls.execute(operation))
  const both = Promise.all([call('a'), call('b')])
  await clock.advance(100)
  await both
  expect(seen.toSorted()).toEqual(['a 1', 'a 2', 'b 1', 'b 2'])
})
