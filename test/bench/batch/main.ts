// What waiting for calm hours is worth to a file of prompts, as Markdown: `pnpm bench:batch [--seeds N]`. The policy of
// `spillway run` in virtual time and seeded: the same figures on every machine.
import { parseArgs } from 'node:util'
import { BATCH_POLICY, batchPolicy, forecastBatch, type Forecast, type Range } from '@spillway/batch'
import type { EndpointScenario } from '@spillway/simulator'

const HOUR = 3_600_000
const ITEMS = 1000
const PER_IMAGE = 0.04

/** Others' load by the daily pattern that users report, and with an afternoon that is worse. */
const DAYS: readonly (readonly [name: string, tenants: NonNullable<EndpointScenario['tenants']>])[] = [
  ['the usual day, others at 115 % of the capacity from 12 to 18 UTC', {}],
  ['a bad day, others at 150 % from 12 to 18 and 110 % to 24', { peakRatio: 1.5, highRatio: 1.1 }],
]

/** Ten a minute is what a key usually has: a thousand take at least 1 h 40 min. */
const RPM = 10

const forecastOf = (startsAt: number, offPeak: boolean, tenants: object, seeds: number): Promise<Forecast> => {
  const policy = batchPolicy({ requestsPerMinute: RPM, offPeak })
  return forecastBatch({
    items: ITEMS,
    startsAt,
    deadlineMs: 24 * HOUR,
    maxConcurrency: 64,
    prices: { painter: { perImage: PER_IMAGE } },
    model: 'painter',
    endpoints: { default: { capacity: 40, queueLimit: 40, quota: { requestsPerMinute: RPM }, tenants } },
    pipeline: { ...BATCH_POLICY, ...policy, timeout: { ...BATCH_POLICY.timeout, ...policy.timeout } },
    seeds,
  })
}

const ranged = ({ low, median, high }: Range, show: (value: number) => string): string =>
  show(low) === show(high) ? show(median) : `${show(median)} (${show(low)}–${show(high)})`

const after = (ms: number): string =>
  `${Math.floor(ms / HOUR)} h ${String(Math.round((ms % HOUR) / 60_000)).padStart(2, '0')}`

const HEAD = [
  'begins, UTC',
  '',
  'made',
  'requests',
  'refused',
  'finished after',
  'cost',
  'cost if refusals were billed',
]

const { values } = parseArgs({ options: { seeds: { type: 'string', default: '5' } } })
const seeds = Number(values.seeds)
for (const [name, tenants] of DAYS) {
  console.log(`### A thousand prompts, ${RPM} requests a minute: ${name}\n`)
  console.log(`| ${HEAD.join(' | ')} |\n| --- | --- |${' ---: |'.repeat(HEAD.length - 2)}`)
  for (const hour of [0, 6, 12, 18]) {
    for (const offPeak of [false, true]) {
      const forecast = await forecastOf(Date.UTC(2026, 2, 2, hour), offPeak, tenants, seeds)
      const { done, requests, refused, finishedAt, startsAt, cost } = forecast
      const whole = (value: number): string => value.toLocaleString('en-US')
      const cells = [
        `${String(hour).padStart(2, '0')}:00`,
        offPeak ? '`--off-peak`' : 'at once',
        ranged(done, whole),
        ranged(requests, whole),
        ranged(refused, whole),
        ranged(finishedAt, (at) => after(at - startsAt)),
        cost === undefined ? '–' : ranged(cost, (value) => value.toFixed(2)),
        ranged(requests, (value) => (value * PER_IMAGE).toFixed(2)),
      ]
      console.log(`| ${cells.join(' | ')} |`)
    }
  }
  console.log()
}
