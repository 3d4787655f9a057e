import type { BatchItem } from '../../input/item.ts'
import { readItems } from '../../input/read-items.ts'
import { costEstimate } from '../../make/expected-usage.ts'
import { createMaker } from '../../make/maker.ts'
import { tellNotes } from '../../make/tell-notes.ts'
import { type BatchSummary, runBatch } from '../../run/run-batch.ts'
import type { CommandIo } from '../command.ts'
import { screenFor } from '../display/screen.ts'
import { styleFor } from '../display/style.ts'
import { watchRun } from '../display/watch-run.ts'
import { lengthOfTime } from '../display/words.ts'
import type { ExitCode } from '../exit-codes.ts'
import { watchInterrupts } from '../interrupt.ts'
import { writeJsonFile } from '../json-file.ts'
import { printable } from '../printable.ts'
import { isQueued } from '../queue-options.ts'
import { exitCodeOf } from './exit-code-of.ts'
import { profileFileOf } from './load-profile.ts'
import { latestStartOf } from './moments.ts'
import { planRun, type RunPlan } from './plan.ts'
import type { RunCommandOptions } from './run-command.ts'
import { summaryJson, summaryLines } from './summary.ts'

/** What is out when somebody presses Ctrl-C is paid for: it may end within so long, on the run's clock. */
const GRACE_MS = 120_000

/** Runs `spillway run`, and gives back the exit code. */
export async function run(prompts: string, options: RunCommandOptions, io: CommandIo): Promise<ExitCode> {
  if (isQueued(options)) return (await import('./queued.ts')).queuedRun(prompts, options, io)
  const plan = await planRun(options, io.env)
  try {
    return await runPlan(plan, prompts, options, io)
  } finally {
    await plan.close()
  }
}

async function runPlan(plan: RunPlan, prompts: string, options: RunCommandOptions, io: CommandIo): Promise<ExitCode> {
  const { places, clock, rate, policy, profile, prices, deadline } = plan
  const { out: folder, offPeak, rpm, maxCost } = options
  const model = places[0]?.model as string
  const source = prompts === '-' ? io.stdin : prompts
  const read = readItems(source, { model, ...(prompts === '-' && { name: 'standard input' }) })
  if (options.dryRun) {
    const { dryRun } = await import('./dry-run.ts')
    return dryRun(plan, read, options, io)
  }
  const items: BatchItem[] | typeof read = offPeak ? await collected(read) : read
  const latestStartAt = Array.isArray(items) ? latestStartOf(deadline, items.length, rpm) : deadline.at
  const maker = createMaker({ places, policy, deadlineAt: deadline.at, latestStartAt, clock, clockRate: rate })
  const { pipeline } = maker

  const screen = screenFor(options, io)
  const endpoints = places.map(({ name }) => name)
  const style = styleFor(io.stderr, io.env, options.color)
  const title = `${printable(prompts)} → ${printable(folder)}`
  const priced = prices !== undefined
  const watch = watchRun({ screen, style, pipeline, endpoints, clock, title, priced, deadlineAt: deadline.at, maxCost })
  const grace = lengthOfTime(GRACE_MS / rate)
  const interrupt = watchInterrupts({
    onFirst: () => watch.print(`Stopping: what is out has ${grace} to end. Ctrl-C again stops at once.`),
    onSecond: () => {
      watch.stop()
      screen.print('Stopped at once. What was out is looked at when the run is started again.')
    },
  })
  if (rate !== 1) watch.print(`Simulated, ${rate} times as fast as life: no key is used and nothing is paid.`)
  let summary: BatchSummary
  try {
    summary = await runBatch({
      items,
      make: maker.make,
      folder,
      clock,
      signal: interrupt.signal,
      graceMs: GRACE_MS,
      deadline: deadline.wall,
      onUnknown: options.onUnknown,
      watch: (notes) => tellNotes({ pipeline, clock }, notes),
      onEvent: watch.onEvent,
      maxConcurrency: options.maxConcurrency ?? 64,
      retryErrors: options.retryErrors ?? false,
      acceptChanges: options.acceptChanges ?? false,
      ...(options.maxErrors !== undefined && { maxErrors: options.maxErrors }),
      ...(options.limit !== undefined && { limit: options.limit }),
      ...(options.cache !== undefined && { cache: options.cache }),
      ...(maxCost !== undefined && { maxCost }),
      ...(prices !== undefined && {
        estimateCost: costEstimate(
          prices,
          places.map((place) => place.model),
        ),
      }),
      note: { places: places.map(({ name, model: own }) => ({ name, model: own })), simulated: rate !== 1 },
    })
    await writeJsonFile(profileFileOf(folder, options), profile.snapshot())
  } finally {
    watch.stop()
    interrupt.stop()
    maker.dispose()
  }
  const code = interrupt.code() ?? exitCodeOf(summary)
  const ending = { folder, priced, code, args: io.args }
  for (const line of summaryLines(summary, ending)) screen.print(line)
  if (options.json) io.stdout.write(`${JSON.stringify(summaryJson(summary, ending), null, 2)}\n`)
  return code
}

const collected = async (items: AsyncIterable<BatchItem>): Promise<BatchItem[]> => {
  const all: BatchItem[] = []
  for await (const item of items) all.push(item)
  return all
}
