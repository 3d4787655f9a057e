import { fc, test as property } from '@fast-check/vitest'
import { describe, expect, test } from 'vitest'
import {
  InvalidOptionsError,
  pipeline,
  PipelineDisposedError,
  pipelineRegistry,
  retry,
  type Pipeline,
} from '../index.ts'
import { scriptedOperation, VirtualClock } from '../testing.ts'

const setup = (maxPipelines?: number) => {
  const clock = new VirtualClock()
  const made: string[] = []
  const registry = pipelineRegistry(
    (key) => {
      made.push(key)
      return pipeline([retry()], { name: key, clock })
    },
    maxPipelines === undefined ? {} : { maxPipelines },
  )
  return { clock, made, registry }
}
const isDisposed = (calls: Pipeline): Promise<boolean> =>
  calls
    .execute(async () => 1)
    .then(
      () => false,
      (error: unknown) => error instanceof PipelineDisposedError,
    )

describe('a registry of pipelines', () => {
  test('makes one for each key, at first use', async () => {
    const { made, registry } = setup()
    expect(registry.size).toBe(0)
    expect(registry.get('a')).toBe(registry.get('a'))
    expect(registry.get('b')).not.toBe(registry.get('a'))
    expect(made).toEqual(['a', 'b'])
    expect([registry.has('a'), registry.has('c'), registry.size]).toEqual([true, false, 2])
  })

  test('disposes of the one asked for longest ago when there are too many', async () => {
    const { made, registry } = setup(2)
    const [a, b] = [registry.get('a'), registry.get('b')]
    registry.get('a')
    registry.get('c')
    expect([await isDisposed(a), await isDisposed(b)]).toEqual([false, true])
    expect([...registry].map(([key]) => key)).toEqual(['a', 'c'])
    registry.get('b')
    expect(made).toEqual(['a', 'b', 'c', 'b'])
  })

  test('keeps those with calls in flight, and shrinks when they are done', async () => {
    const { clock, registry } = setup(2)
    const answers = ['a', 'b', 'c', 'd'].map((key) =>
      registry.get(key).execute(scriptedOperation([{ value: key, afterMs: 10 }])),
    )
    expect(registry.size).toBe(4)
    await clock.run()
    expect(await Promise.all(answers)).toEqual(['a', 'b', 'c', 'd'])
    registry.get('e')
    expect(registry.size).toBe(2)
  })

  test('gives the state of all, by key, as plain data', () => {
    const { registry } = setup()
    registry.get('acme')
    const state = registry.state()
    expect(structuredClone(state)).toEqual(state)
    expect(state).toMatchObject({ acme: { pipeline: 'acme', inFlight: 0 } })
  })

  test('forgets a key, and makes another pipeline when asked again', async () => {
    const { registry } = setup()
    const first = registry.get('a')
    expect([registry.delete('a'), registry.delete('a')]).toEqual([true, false])
    expect(await isDisposed(first)).toBe(true)
    expect(registry.get('a')).not.toBe(first)
  })

  test('reloads all under their handles', async () => {
    const { registry } = setup()
    const first = registry.get('a')
    for (const [, each] of registry) each.reload([])
    expect(registry.get('a')).toBe(first)
    expect(first.describe()).toEqual([])
  })

  test('disposes of all, and gives no new ones', async () => {
    const { registry } = setup()
    const first = registry.get('a')
    registry.dispose()
    expect(await isDisposed(first)).toBe(true)
    expect(() => registry.get('a')).toThrow(PipelineDisposedError)
    expect(registry.size).toBe(0)
  })

  test('remembers nothing of a key whose pipeline could not be made', () => {
    let broken = true
    const registry = pipelineRegistry(() => {
      if (broken) throw new Error('no configuration')
      return pipeline([])
    })
    expect(() => registry.get('a')).toThrow('no configuration')
    broken = false
    expect(registry.has('a')).toBe(false)
    expect(registry.get('a').name).toBe('pipeline')
  })

  test.each<[unknown, object | undefined, string]>([
    ['no function', {}, 'pipelineRegistry.make'],
    [() => pipeline([]), { maxPipelines: 0 }, 'pipelineRegistry.maxPipelines'],
    [() => pipeline([]), { maxPipeline: 1 }, 'pipelineRegistry.maxPipeline'],
  ])('refuses what cannot work: %o', (make, options, option) => {
    expect(() => pipelineRegistry(make as () => Pipeline, options)).toThrow(InvalidOptionsError)
    expect(() => pipelineRegistry(make as () => Pipeline, options)).toThrow(option)
    expect(() => pipelineRegistry((() => ({})) as never).get('a')).toThrow('pipelineRegistry.make')
  })

  property.prop([fc.array(fc.string({ maxLength: 3 }), { maxLength: 60 }), fc.integer({ min: 1, max: 5 })])(
    'never holds more idle pipelines than it may, and always the last one asked for',
    (keys, maxPipelines) => {
      const { registry } = setup(maxPipelines)
      for (const key of keys) {
        registry.get(key)
        expect(registry.has(key)).toBe(true)
        expect(registry.size).toBeLessThanOrEqual(maxPipelines)
      }
    },
  )
})
