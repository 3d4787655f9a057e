import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { phaseAt, phaseInWords, readScenario } from './scenario.ts'

const own = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

test('the example goes through a rush, a brown-out, a short outage and a quota', async () => {
  const scenario = await readScenario(own('./scenario.json'))
  const words = [10, 100, 200, 240, 280, 330].map((seconds) => phaseAt(scenario, seconds * 1000))
  expect(words).toEqual([
    'ordinary load',
    'rush: others send 2 times as much',
    'brown-out: 50 % of the calls get 503',
    'outage: every call gets 503',
    'ordinary load',
    'quota: 10 requests a minute, 429 above',
  ])
})

test('every kind of phase has words', () => {
  expect(phaseInWords({ kind: 'brownOut', capacityRatio: 0.25 })).toBe('brown-out: 25 % of the capacity is left')
  expect(phaseInWords({ kind: 'outage' })).toBe('outage: nothing is served')
  expect(phaseInWords({ kind: 'slow', factor: 3 })).toBe('every image takes 3 times as long')
})

test('a file that is no scenario is refused with what is wrong', async () => {
  await expect(readScenario(own('../package.json'))).rejects.toThrow('name: is not a setting here')
  await expect(readScenario(own('./none.json'))).rejects.toThrow('Cannot read the scenario')
})
