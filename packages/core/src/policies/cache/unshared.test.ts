import { describe, expect, test } from 'vitest'
import { cache, type CacheStore, type CallContext } from '../../index.ts'
import { scriptedOperation, VirtualClock } from '../../testing.ts'
import { asking } from './__fixtures__/asking.ts'
import { processes, sharedStore } from './__fixtures__/processes.ts'

const types = (said: object[]): unknown[] => said.map((event) => 'type' in event && event.type)

const bodies = async function* (): AsyncGenerator<number> {
  yield 1
}

describe('processes whose answers cannot be shared', () => {
  test('neither wait for nor share what only one can read', async () => {
    const { clock, all } = processes(2)
    const open = async (context: CallContext): Promise<unknown> => {
      await context.sleep(1000)
      return bodies()
    }
    const answers = all.map(({ ask }) => ask('a', open))
    await clock.run()
    const [one, other] = await Promise.all(answers)
    expect([one === other, typeof one]).toEqual([false, 'object'])
    expect(types(all.flatMap(({ said }) => said()))).not.toContain('cache.stored')
  })

  test('do not queue up for an answer that cannot be stored', async () => {
    const clock = new VirtualClock()
    const shared = sharedStore(clock)
    const small: CacheStore = {
      ...shared,
      set: (key, value, ttlMs) => (JSON.stringify(value).length > 100 ? false : shared.set(key, value, ttlMs)),
    }
    const all = Array.from({ length: 10 }, () => asking([cache({ store: small })], clock))
    const operation = scriptedOperation([{ value: 'x'.repeat(100), afterMs: 30_000 }])
    const startedAt = clock.now()
    const ends: number[] = []
    const answers = all.map(async ({ ask }) => {
      await ask('a', operation)
      ends.push(clock.now() - startedAt)
    })
    await clock.run()
    await Promise.all(answers)
    // Those who waited for the first one in vain, and then all at once.
    expect([operation.runs, Math.max(...ends) < 62_000]).toEqual([10, true])
    // The next one tries again to share.
    await clock.advance(10_000)
    const asked = all.slice(0, 2).map(({ ask }) => ask('a', operation))
    await clock.advance(1000)
    expect(operation.running).toBe(1)
    await clock.run()
    await Promise.all(asked)
  })

  test('keep the old answer in the place of one that cannot be stored', async () => {
    const { clock, all } = processes(2, { ttlMs: 1000 })
    const operation = scriptedOperation<unknown>([{ value: 'old' }, { value: bodies() }, { error: new Error('503') }])
    for (const expected of ['old', expect.any(Object), 'old']) {
      const answer = all[0]?.ask('a', operation)
      await clock.run()
      expect(await answer).toEqual(expected)
      await clock.advance(2000)
    }
  })
})
