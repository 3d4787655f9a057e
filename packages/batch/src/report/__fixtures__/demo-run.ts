// Writes a folder as an afternoon's run leaves it: pictures, and a journal of a quota, an outage, refusals and failures.
// All of it is played in virtual time: the same on every machine. `demo-run.ts FOLDER [ITEMS] [hostile]`
import { mkdirSync, writeFileSync } from 'node:fs'
import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { isSpillwayError, standardPipeline, type VerdictKind } from '@spillway/core'
import { seededRandom } from '@spillway/core/testing'
import { ModelError, renderImage, type EndpointScenario } from '@spillway/simulator'
import { modelClassifier } from '../../forecast/model-classifier.ts'
import { createWorld } from '../../forecast/world.ts'
import { openJournal } from '../../journal/open-journal.ts'
import type { ItemRecord } from '../../journal/records.ts'
import { HOSTILE, prompts } from './prompts.ts'

const [folder = '', wanted = '240', hostile] = process.argv.slice(2)
const items = Number(wanted)
const HOUR = 3_600_000
const startsAt = Date.UTC(2026, 2, 2, 10, 40)

const endpoints: Readonly<Record<string, EndpointScenario>> = {
  official: {
    capacity: 40,
    queueLimit: 40,
    tenants: {},
    faults: [
      { fault: 'blockedPrompt', ratio: 0.02, reason: 'PROHIBITED_CONTENT' },
      { fault: 'noImage', ratio: 0.02 },
    ],
    phases: [{ kind: 'outage', fault: 'internal', atMs: 2.3 * HOUR, durationMs: 0.4 * HOUR }],
  },
  relay: {
    capacity: 40,
    queueLimit: 10,
    tenants: { mediumRatio: 0.9, peakRatio: 1.05 },
    phases: [{ kind: 'slow', factor: 1.4 }],
  },
}
/** Named by the input, as anything else. */
const model = hostile === undefined ? 'painter-2' : (HOSTILE[2] as string)
const COST = { official: 0.04, relay: 0.055 } as const

mkdirSync(folder, { recursive: true })
const world = createWorld(endpoints, { seed: 7, startsAt })
const { clock } = world
/** Chance falls between milliseconds; a journal knows whole ones. */
const now = (): number => Math.round(clock.wallTime())
const journal = openJournal(folder, clock)
const calls = standardPipeline({
  clock,
  random: seededRandom(7),
  classifier: modelClassifier,
  endpoints: [{ name: 'official' }, { name: 'relay', level: 1 }],
  rateLimit: { quotas: [{ permits: 1, per: 'minute' }] },
  timeout: { totalMs: 2 * HOUR },
  check: false,
})
const STATES = { 'circuit.opened': 'open', 'circuit.half_opened': 'half-open', 'circuit.closed': 'closed' } as const
calls.events.subscribe((event) => {
  if (event.type in STATES)
    journal.endpointState((event as { partition: string }).partition, STATES[event.type as keyof typeof STATES], now())
})

await journal.atomically(async () => {
  journal.setInput('demo')
  for (const [i, usual] of prompts(items).entries()) {
    const name = `scene-${String(i + 1).padStart(3, '0')}`
    const prompt = hostile === undefined ? usual : (HOSTILE[i % HOSTILE.length] as string)
    const id = hostile === undefined ? name : `${name} ${prompt}`
    journal.add({ id, line: i + 1, fingerprint: name, prompt, settings: {}, name })
  }
})
const launch = (): void =>
  journal.launch({
    pid: 1,
    startedAt: now(),
    options: {
      input: 'scenes.jsonl',
      out: 'images',
      rpm: 1,
      endpoint: ['official', 'relay'],
      maxConcurrency: 6,
      maxCost: 20,
    },
  })

const ask = async (seq: number, id: string, endpoint: keyof typeof COST, signal: AbortSignal): Promise<void> => {
  const attempt = journal.sent(seq, {
    endpoint,
    model,
    at: now(),
    expectedCost: COST[endpoint],
  })
  const end = (verdict: VerdictKind, billed: 'no' | 'yes' | 'unknown', status?: number): void =>
    journal.attemptEnded(
      attempt,
      { verdict, billed, ...(status !== undefined && { status }) },
      billed === 'no' ? 0 : COST[endpoint],
      now(),
    )
  try {
    await world.ask(endpoint, id, signal)
    end('success', 'yes', 200)
  } catch (error) {
    const verdict = modelClassifier.error(error)
    if (error instanceof ModelError)
      end(verdict?.kind ?? 'transient', error.effect === 'empty' ? 'yes' : 'no', error.status)
    else end('canceled', 'unknown')
    throw error
  }
}

const makeOne = async ({ seq, id, name, prompt }: ItemRecord): Promise<void> => {
  try {
    const endpoint = await calls.execute(async (context) => {
      const place = context.endpoint?.name as keyof typeof COST
      await ask(seq, id, place, context.signal)
      return place
    })
    const bytes = renderImage({ prompt, model: 'painter-2', width: 192, height: seq % 5 === 0 ? 256 : 192 })
    writeFileSync(join(folder, `${name}.png`), bytes)
    const file = { name: `${name}.png`, bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') }
    journal.saving(seq, { source: 'request', files: [file], endpoint, model }, now())
    journal.done(seq, now())
  } catch (error) {
    const verdict = isSpillwayError(error) ? error.verdict : modelClassifier.error(error)
    const message =
      verdict?.kind === 'request_failed'
        ? 'The provider refuses this prompt.'
        : 'No picture came, however often it was asked for.'
    const kind = verdict?.kind ?? 'transient'
    journal.failed(seq, 'failed', { code: kind, message, verdict: kind }, now())
  }
}

const work = async (some: readonly ItemRecord[]): Promise<void> => {
  const queue = [...some]
  const worker = async (): Promise<void> => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) await makeOne(item)
  }
  const workers = Promise.all(Array.from({ length: 6 }, worker))
  // Others' traffic does not keep time going.
  const day = clock.setTimer(24 * HOUR, () => undefined)
  void workers.then(() => day.cancel())
  await clock.run()
  await workers
}

// The first launch is killed with two items at work, the second one goes on a quarter of an hour later.
const all = [...journal.items()]
const third = Math.floor(all.length / 3)
launch()
await work(all.slice(0, third - 2))
const lost = all.slice(third - 2, third)
for (const { seq } of lost) journal.sent(seq, { endpoint: 'official', model, at: now(), expectedCost: COST.official })
await clock.advance(HOUR / 4)
launch()
for (const { seq } of lost)
  journal.failed(
    seq,
    'unknown',
    { code: 'ERR_SPILLWAY_BATCH_UNKNOWN', message: 'Nobody knows whether it was served.' },
    now(),
  )
const wait = journal.waitBegan('schedule', now(), { until: now() + HOUR / 2 })
await clock.advance(HOUR / 2)
journal.waitEnded(wait, now())
await work(all.slice(third))
journal.stopped('finished', now())
journal.close()
world.close()
