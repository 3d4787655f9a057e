import type { BatchItem } from '../../input/item.ts'
import { readItems } from '../../input/read-items.ts'
import { costEstimate } from '../../make/cost.ts'
import { createMaker } from '../../make/maker.ts'
import { whyUnwritable } from '../../output/why-unwritable.ts'
import { tellNotes } from '../../make/tell-notes.ts'
import { type BatchSummary, runBatch } from '../../run/run-batch.ts'
import { asTyped } from '../as-typed.ts'
import type { CommandIo } from '../command.ts'
import { screenFor } from '../display/screen.ts'
import { styleFor } from '../display/style.ts'
import { watchRun } from '../display/watch-run.ts'
import { duration } from '../../words/durations.ts'
import type { ExitCode } from '../exit-codes.ts'
import { writeJsonFile } from '../json-file.ts'
import { printable } from '../printable.ts'
import { isQueued } from '../queue-options.ts'
import { fitting } from '../../input/fitting.ts'
import { exitCodeOf } from './exit-code-of.ts'
import { profileFileOf } from './load-profile.ts'
import { latestStartOf } from './moments.ts'
import { planRun, type RunPlan } from './plan.ts'
import type { RunCommandOptions } from './run-command.ts'
import { beginningLine, differenceLines, type Ending, summaryJson, summaryLines } from './summary.ts'
import { usedBefore } from './used-before.ts'
import { waysToEnd } from './ways-to-end.ts'

/** Requests at work at once, over all places, where nobody says how many: each place admits fewer while it refuses. */
const MAX_CONCURRENCY = 64

/** What is out when a run stops is paid for: an image takes up to 100 s under overload. */
const GRACE_MS = 120_000

/** What the command line says of the pace and the price, for the report. */
const NOTED = ['rpm', 'tpm', 'imagesPerDay', 'offPeak', 'policy', 'pricePerImage', 'prices', 'cache'] as const

/** Runs `spillway run`, and gives back the exit code. */
export async function run(prompts: string, options: RunCommandOptions, io: CommandIo): Promise<ExitCode> {
  if (isQueued(options)) return (await import('./queued.ts')).queuedRun(prompts, options, io)
  const plan = await planRun(options, io.env)
  try {
    const model = plan.places[0]?.model as string
    const source = prompts === '-' ? io.stdin : prompts
    const name = prompts === '-' ? 'standard input' : prompts
    const items = fitting(readItems(source, { model, name }), plan.places, printable(name))
    if (options.dryRun === undefined) return await makeAll(plan, prompts, items, options, io)
    const { dryRun } = await import('./dry-run.ts')
    return await dryRun(plan, items, options, io)
  } finally {
    await plan.close()
  }
}

async function makeAll(
  plan: RunPlan,
  prompts: string,
  read: AsyncIterable<BatchItem>,
  options: RunCommandOptions,
  io: CommandIo,
): Promise<ExitCode> {
  const { places, clock, rate, policy, profile, prices, deadline } = plan
  const { out: folder, offPeak, rpm, maxCost, grace: graceMs = GRACE_MS, maxErrors, limit, cache } = options
  // How long calm hours may be waited for depends on how many there are.
  const items = offPeak ? await collected(read) : read
  const latestStartAt = Array.isArray(items) ? latestStartOf(deadline, items.length, rpm) : deadline.at
  const maker = createMaker({
    places,
    policy,
    usedBefore: usedBefore(folder, policy, clock),
    ...(prices !== undefined && { prices }),
    latestStartAt,
    clock,
    clockRate: rate,
  })
  const { make, pipeline } = maker
  const screen = screenFor(options, io)
  const priced = prices !== undefined
  const watch = watchRun({
    screen,
    style: styleFor(io.stderr, io.env, options.color),
    pipeline,
    endpoints: places.map(({ name }) => name),
    clock,
    title: `${printable(prompts)} → ${printable(folder)}`,
    priced,
    deadlineAt: deadline.at,
    maxCost,
  })
  const ends = waysToEnd(watch, screen, duration(graceMs / rate))
  if (rate !== 1) watch.print(`Simulated, ${rate} times as fast as life: no key is used and nothing is paid.`)
  let summary: BatchSummary
  try {
    summary = await runBatch({
      items: watch.counted(items),
      make,
      folder,
      clock,
      graceMs,
      signal: ends.signal,
      deadline: deadline.wall,
      onUnknown: options.onUnknown,
      maxConcurrency: options.maxConcurrency ?? MAX_CONCURRENCY,
      retryErrors: options.retryErrors ?? false,
      acceptChanges: options.acceptChanges ?? false,
      ...(maxErrors !== undefined && { maxErrors }),
      ...(limit !== undefined && { limit }),
      ...(cache !== undefined && { cache }),
      ...(maxCost !== undefined && { maxCost }),
      ...(prices !== undefined && {
        estimateCost: costEstimate(
          prices,
          places.map(({ model }) => model),
        ),
      }),
      watch: (notes) => tellNotes({ pipeline, clock }, notes),
      onEvent(event) {
        if (event.type === 'run.started')
          for (const line of [beginningLine(event.counts, places), ...differenceLines(event)]) watch.print(line)
        watch.onEvent(event)
        ends.onEvent(event)
      },
      note: {
        places: places.map(({ name, model, host }) => ({ name, model, host })),
        simulated: rate !== 1,
        ...Object.fromEntries(NOTED.map((name) => [name, options[name]])),
      },
    })
    await writeJsonFile(profileFileOf(folder, options), profile.snapshot()).catch((error: unknown) =>
      watch.print(`What was learned of the hours is not kept: ${whyUnwritable(error)}.`),
    )
  } finally {
    watch.stop()
    ends.stop()
    maker.dispose()
  }
  if (ends.isHopeless()) summary = { ...summary, stopped: 'errors' }
  const code = ends.code() ?? exitCodeOf(summary)
  const ending: Ending = { folder, priced, code, typed: asTyped(io) }
  for (const line of summaryLines(summary, ending)) screen.print(line)
  if (options.json) io.stdout.write(`${JSON.stringify(summaryJson(summary, ending), null, 2)}\n`)
  return code
}

async function collected(items: AsyncIterable<BatchItem>): Promise<BatchItem[]> {
  const all: BatchItem[] = []
  for await (const item of items) all.push(item)
  return all
}
