import { pipeline } from '@spillway/core'
import { VirtualClock } from '@spillway/core/testing'
import { monitor, statusFeed } from '@spillway/monitor'
import { instrumentHealth, type HealthSource } from '@spillway/opentelemetry'
import { metrics } from '@opentelemetry/api'
import { expect, onTestFinished, test } from 'vitest'
import { startSdk, type Sdk } from './sdk.ts'

/** The series that are 1, their attributes without the long names. */
const standing = async ({ flush, receiver }: Sdk, metric: string): Promise<string[]> => {
  await flush()
  return receiver
    .points()
    .filter((point) => point.metric === metric && point.value === 1)
    .map(({ attributes }) =>
      Object.values(attributes)
        .map(String)
        .toSorted((a, b) => a.localeCompare(b))
        .join(' '),
    )
}

test('what a monitor knows: health, feeds, and where the two disagree', async () => {
  const sdk = await startSdk()
  const clock = new VirtualClock()
  const calls = pipeline([], { name: 'images', clock, classifier: { error: () => ({ kind: 'overloaded' }) } })
  const feeds = [
    statusFeed('page', async () => 'operational'),
    statusFeed('other', () => Promise.reject(new Error('no'))),
  ]
  const watch = monitor({ pipelines: [calls], feeds, disagreeAfterMs: 60_000, clock })
  onTestFinished(() => watch.dispose())
  onTestFinished(instrumentHealth(watch, sdk.providers))
  for (let i = 0; i < 20; i++) await calls.execute(() => Promise.reject(new Error('busy'))).catch(() => {})
  await clock.advance(90_000)
  expect(await standing(sdk, 'spillway.health.state')).toEqual(['down images'])
  expect(await standing(sdk, 'spillway.feed.state')).toEqual(['operational page', 'other unknown'])
  expect(await standing(sdk, 'spillway.health.disagreement')).toEqual(['calls images page'])
  for (let i = 0; i < 60; i++) {
    await calls.execute(async () => 'an image')
    await clock.advance(10_000)
  }
  expect(await standing(sdk, 'spillway.health.state')).toEqual(['healthy images'])
  // An SDK would go on exporting the last value of what is no longer observed.
  expect(await standing(sdk, 'spillway.health.disagreement')).toEqual([])
})

test('whatever names come in, the series are bounded; a monitor that fails costs the others nothing; stopped is stopped', async () => {
  const sdk = await startSdk()
  const endpoints = Array.from({ length: 50 }, (_, i) => ({ endpoint: 'official', model: `model ${i}`, level: 'down' }))
  let broken = false
  const source: HealthSource = {
    health() {
      if (broken) throw new Error('no')
      return { endpoints, feeds: [], disagreements: [] }
    },
  }
  const stop = instrumentHealth(source, { ...sdk.providers, maxAttributeValues: 5 })
  expect(new Set(await standing(sdk, 'spillway.health.state')).size).toBe(6)
  broken = true
  await sdk.flush()
  stop()
  expect(() => instrumentHealth({} as never)).toThrow('instrumentHealth.source')
  expect(() => instrumentHealth(source, { meters: 1 } as never)).toThrow('instrumentHealth.meters')
})

test('what is stopped is over: nothing stands, and nobody is asked any more', async () => {
  const sdk = await startSdk()
  let asked = 0
  const source: HealthSource = {
    health() {
      asked++
      const pair = { endpoint: 'official', feed: 'page' }
      return {
        endpoints: [{ ...pair, level: 'down' }],
        feeds: [{ ...pair, level: 'operational' }],
        disagreements: [{ ...pair, worse: 'calls' }],
      }
    },
  }
  const all = async (): Promise<string[]> =>
    (
      await Promise.all(
        ['spillway.health.state', 'spillway.feed.state', 'spillway.health.disagreement'].map((each) =>
          standing(sdk, each),
        ),
      )
    ).flat()
  const stop = instrumentHealth(source, sdk.providers)
  expect(await all()).toEqual(['down official', 'operational page', 'calls official page'])
  const before = asked
  stop()
  stop()
  expect(await all()).toEqual([])
  expect(await all()).toEqual([])
  expect(asked).toBe(before)
  onTestFinished(instrumentHealth(source, sdk.providers))
  expect(await all()).toEqual(['down official', 'operational page', 'calls official page'])
})

test('an SDK that is registered later is told from the next change on', async () => {
  const sdk = await startSdk()
  const heard = new Set<() => void>()
  const source: HealthSource = {
    health: () => ({ endpoints: [{ endpoint: 'official', level: 'healthy' }], feeds: [], disagreements: [] }),
    events: {
      subscribe(next) {
        heard.add(next)
        return { unsubscribe: () => heard.delete(next) }
      },
    },
  }
  metrics.disable()
  const stop = instrumentHealth(source)
  expect(heard.size).toBe(1)
  metrics.setGlobalMeterProvider(sdk.providers.meterProvider)
  onTestFinished(() => metrics.disable())
  for (const next of heard) next()
  expect(heard.size).toBe(0)
  expect(await standing(sdk, 'spillway.health.state')).toEqual(['healthy official'])
  stop()
})
