import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type BatchSummary, type RunRecord, readRun } from '@spillway/batch'
import { createRandom, createSimulator, readImagePrompt } from '@spillway/simulator'
import { expect } from 'vitest'

const SCRIPT = fileURLToPath(new URL('./run-in-process.ts', import.meta.url))

/** A model time a thousand times as fast: a picture takes 20 to 40 ms, and one request in ten is refused first. */
const SCENARIO = {
  imageSizePx: 16,
  faults: [{ fault: 'overloaded', ratio: 0.1, retryAfterMs: 5 }],
} as const
const TIME_SCALE = 1000

/** A process lives until so many things have happened, and a moment longer: however fast the machine is, work is under way. */
const [FEWEST_EVENTS, MOST_EVENTS, LONGEST_MOMENT_MS] = [4, 44, 20]

export interface CrashBatch {
  readonly onUnknown: 'skip' | 'again'
  /** Whether the model gets a key for each item, which it makes one picture for. */
  readonly keys: boolean
  readonly seed: number
  readonly prompts: number
  /** No more than so many; then the run is left to finish. */
  readonly maxKills: number
}

/** What was counted over one batch. */
export interface CrashCount {
  readonly kills: number
  readonly unknown: number
  /** Prompts that the model has made more than once. */
  readonly madeTwice: number
}

/**
 * Runs a batch in a process that is killed at random moments and started again until it finishes, and compares what the
 * simulated model says that it has made with what the run says.
 */
export async function crashBatch({ onUnknown, keys, seed, prompts, maxKills }: CrashBatch): Promise<CrashCount> {
  const random = createRandom(seed)
  const simulator = createSimulator(SCENARIO, { timeScale: TIME_SCALE, seed })
  const { url } = await simulator.listen()
  const folder = mkdtempSync(join(tmpdir(), 'crash-'))
  const input = join(folder, 'prompts.jsonl')
  // One prompt in eight is asked for twice.
  const lines = Array.from({ length: prompts }, (_, n) => ({
    id: `n${n}`,
    prompt: `picture ${n % 8 === 7 ? n - 1 : n}`,
  }))
  writeFileSync(input, lines.map((line) => `${JSON.stringify(line)}\n`).join(''))
  const out = join(folder, 'out')
  const reported = new Set<string>()
  try {
    let kills = 0
    for (;;) {
      const killAt = {
        events: kills < maxKills ? FEWEST_EVENTS + random.next() * (MOST_EVENTS - FEWEST_EVENTS) : Infinity,
        thenMs: random.next() * LONGEST_MOMENT_MS,
      }
      const summary = await live({ url, input, out, onUnknown, keys }, killAt)
      // Every death leaves a journal that can be read.
      const run = readRun(out)
      for (const { id, state } of run.items) if (state === 'sent' || state === 'unknown') reported.add(id)
      if (summary === undefined) {
        kills++
        continue
      }
      expect(summary.stopped).toBe('finished')
      await allEnded(simulator)
      return {
        kills,
        ...check(run, out, lines, simulator.counters().total.promptsByTimesMade, reported, onUnknown, keys),
      }
    }
  } finally {
    await simulator.close()
    rmSync(folder, { recursive: true })
  }
}

interface Life {
  readonly url: string
  readonly input: string
  readonly out: string
  readonly onUnknown: string
  readonly keys: boolean
}

/** One process: killed, or how it ended. */
async function live(
  life: Life,
  killAt: { readonly events: number; readonly thenMs: number },
): Promise<BatchSummary | undefined> {
  const child = spawn(process.execPath, ['--conditions=@spillway/source', SCRIPT, JSON.stringify(life)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let said = ''
  let events = 0
  child.stdout.setEncoding('utf8')
  child.stdout.on('data', (text: string) => {
    said += text
    const before = events
    events = said.split('\n').length - 1
    if (before < killAt.events && events >= killAt.events) setTimeout(() => child.kill('SIGKILL'), killAt.thenMs)
  })
  const [code, signal] = await new Promise<[number | null, string | null]>((resolve) => {
    child.on('close', (...ended) => resolve(ended))
  })
  if (signal === 'SIGKILL') return undefined
  expect(code).toBe(0)
  return JSON.parse(said.trim().split('\n').at(-1) ?? '') as BatchSummary
}

/** What a killed client has left behind goes on at the model. */
const allEnded = (simulator: ReturnType<typeof createSimulator>): Promise<void> =>
  expect
    .poll(() => {
      const { generations } = simulator.counters().total
      return generations.started - generations.completed
    })
    .toBe(0)

function check(
  run: RunRecord,
  out: string,
  lines: readonly { readonly id: string; readonly prompt: string }[],
  timesMade: Readonly<Record<string, number>>,
  reported: ReadonlySet<string>,
  onUnknown: 'skip' | 'again',
  keys: boolean,
): { unknown: number; madeTwice: number } {
  // Nothing is lost: each item is done, or is reported as unknown.
  const { done, unknown } = run.counts
  expect(run.items.map(({ id, prompt }) => ({ id, prompt }))).toEqual(lines)
  expect(done + unknown).toBe(lines.length)
  if (onUnknown === 'again') expect(unknown).toBe(0)

  // The files are whole and those of their prompts; nothing else is in the folder.
  const files = run.items.flatMap(({ prompt, made }) => (made?.files ?? []).map(({ name }) => ({ name, prompt })))
  expect(files).toHaveLength(done)
  for (const { name, prompt } of files) expect(readImagePrompt(readFileSync(join(out, name)))?.prompt).toBe(prompt)
  const names = [...files.map(({ name }) => name), '.spillway', 'errors.jsonl', 'results.jsonl']
  expect(readdirSync(out).toSorted()).toEqual(names.toSorted())

  // The results are those of the journal: the same items, in the same order.
  const results = readFileSync(join(out, 'results.jsonl'), 'utf8').trim().split('\n')
  const ended = run.items.toSorted((a, b) => (a.place ?? 0) - (b.place ?? 0))
  expect(results.map((line) => (JSON.parse(line) as { custom_id: string }).custom_id)).toEqual(
    ended.map(({ id }) => id),
  )

  // Nothing is made twice but what was reported, and only where that is wanted.
  const prompts = new Set(lines.map(({ prompt }) => prompt))
  const made = Object.values(timesMade).reduce((sum, count) => sum + count, 0)
  const madeTwice = made - (timesMade['1'] ?? 0)
  const leaders = run.items.filter(({ sameAs }) => sameAs === undefined)
  expect(made).toBeGreaterThanOrEqual(leaders.filter(({ state }) => state === 'done').length)
  expect(made).toBeLessThanOrEqual(prompts.size)
  if (onUnknown === 'skip' || keys) expect(timesMade).toEqual({ 1: made })
  else expect(madeTwice).toBeLessThanOrEqual(leaders.filter(({ id }) => reported.has(id)).length)
  return { unknown, madeTwice }
}
