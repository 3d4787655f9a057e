import { pipeline, systemClock, type Timer } from '@spillway/core'
import type { BatchItem } from '../../input/item.ts'
import { readItems } from '../../input/read-items.ts'
import { loadQueue } from '../../queue/load-queue.ts'
import type { BatchQueue, QueueCounts, QueuedRun } from '../../queue/batch-queue.ts'
import { type BatchSummary, runBatch } from '../../run/run-batch.ts'
import { asTyped } from '../as-typed.ts'
import type { CommandIo } from '../command.ts'
import { queueUrlOf, withoutPasswords } from '../queue-options.ts'
import { screenFor } from '../display/screen.ts'
import { styleFor } from '../display/style.ts'
import { type Watch, watchRun } from '../display/watch-run.ts'
import type { ExitCode } from '../exit-codes.ts'
import { watchInterrupts } from '../interrupt.ts'
import { printable } from '../printable.ts'
import { queueFailures } from '../queue-failures.ts'
import { UsageError } from '../usage-error.ts'
import { exitCodeOf } from './exit-code-of.ts'
import { deadlineOf, DEFAULT_DEADLINE } from './moments.ts'
import type { RunCommandOptions } from './run-command.ts'
import { summaryJson, summaryLines } from './summary.ts'

/** Items in line at once: each is a promise here, and a job there. */
const IN_LINE = 10_000

/** What workers are told, each for itself. */
const OF_WORKERS = [
  'simulate',
  'endpoint',
  'api',
  'policy',
  'rpm',
  'tpm',
  'imagesPerDay',
  'offPeak',
  'bands',
  'profile',
] as const
/** What nobody could keep to who does not make the requests. */
const NOT_QUEUED = ['maxCost', 'pricePerImage', 'prices', 'dryRun'] as const

/** Runs `spillway run` over a queue: workers make, this process writes down. Gives back the exit code. */
export async function queuedRun(prompts: string, options: RunCommandOptions, io: CommandIo): Promise<ExitCode> {
  const given = (name: keyof RunCommandOptions): boolean => options[name] !== undefined
  const dashed = (name: string): string => `--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`
  const forWorkers = OF_WORKERS.find(given)
  if (forWorkers !== undefined)
    throw new UsageError(`${dashed(forWorkers)} is for those who make the requests: give it to spillway worker.`)
  const notQueued = NOT_QUEUED.find(given)
  if (notQueued !== undefined) throw new UsageError(`${dashed(notQueued)} does not work over a queue.`)
  const queue = await loadQueue(queueUrlOf(options, io.env), { ...(options.queueName && { name: options.queueName }) })
  await queue.connect()
  return runOn(queue, prompts, options, io)
}

async function runOn(queue: BatchQueue, prompts: string, options: RunCommandOptions, io: CommandIo): Promise<ExitCode> {
  const { out: folder, model, onUnknown } = options
  const deadline = deadlineOf(options.deadline ?? DEFAULT_DEADLINE, systemClock)
  const source = prompts === '-' ? io.stdin : prompts
  const named = { ...(prompts === '-' && { name: 'standard input' }), ...(model !== undefined && { model }) }

  const screen = screenFor(options, io)
  const watch = watchRun({
    screen,
    style: styleFor(io.stderr, io.env, options.color),
    // Those that ask are elsewhere.
    pipeline: pipeline([]),
    endpoints: [],
    clock: systemClock,
    title: `${printable(prompts)} → ${queue.address} → ${printable(folder)}`,
    priced: false,
    deadlineAt: deadline.at,
    maxCost: undefined,
  })
  const queued = queue.openRun({
    onUnknown,
    deadlineAt: deadline.wall,
    onQueueFailed: queueFailures(queue, (line) => watch.print(line)),
  })
  const interrupt = watchInterrupts({
    onFirst: () => watch.print('Stopping: what workers have in hand is there when the run is started again.'),
    onSecond: () => watch.stop(),
  })
  const follower = followQueue(queued, watch)
  let summary: BatchSummary | undefined
  try {
    summary = await runBatch({
      items: modelled(readItems(source, named), model),
      make: queued.make,
      makerRemembers: true,
      folder,
      signal: interrupt.signal,
      // What is in line is taken out, what is in hand is not lost: there is nothing to wait for.
      graceMs: 0,
      deadline: deadline.wall,
      onUnknown,
      onEvent: (event) => {
        if (event.type === 'item.done' || event.type === 'item.failed' || event.type === 'item.unknown')
          queued.recorded(event.id)
        watch.onEvent(event)
      },
      maxConcurrency: options.maxConcurrency ?? IN_LINE,
      retryErrors: options.retryErrors ?? false,
      acceptChanges: options.acceptChanges ?? false,
      ...(options.maxErrors !== undefined && { maxErrors: options.maxErrors }),
      ...(options.limit !== undefined && { limit: options.limit }),
      ...(options.cache !== undefined && { cache: options.cache }),
      note: { queue: queue.address },
    })
  } finally {
    follower.stop()
    watch.stop()
    interrupt.stop()
    await leave(queued, summary)
  }
  const code = interrupt.code() ?? exitCodeOf(summary)
  const typed = withoutPasswords(asTyped(io))
  const ending = { folder, priced: false, code, typed, queue: follower.counts() }
  for (const line of summaryLines(summary, ending)) screen.print(line)
  if (options.json) io.stdout.write(`${JSON.stringify(summaryJson(summary, ending), null, 2)}\n`)
  return code
}

const LOOK_MS = 2000

/** Looks how the queue stands while the run works: what is in flight and what waits is known there alone. */
const followQueue = (
  queued: QueuedRun,
  watch: Watch,
): { readonly counts: () => QueueCounts | undefined; readonly stop: () => void } => {
  let last: QueueCounts | undefined
  let over = false
  let timer: Timer | undefined
  const look = async (): Promise<void> => {
    try {
      last = await queued.counts()
      watch.onQueue(last)
    } catch {
      // That it cannot be reached is told elsewhere, and looked for again.
    }
    if (!over) timer = systemClock.setTimer(LOOK_MS, () => void look())
  }
  void look()
  return {
    counts: () => last,
    stop: () => {
      over = true
      timer?.cancel()
    },
  }
}

const leave = (queued: QueuedRun, summary: BatchSummary | undefined): Promise<void> =>
  queued.close({ finished: summary?.stopped === 'finished' })

/** Workers have models of their own: what is asked for here goes with each item. */
async function* modelled(items: AsyncIterable<BatchItem>, model: string | undefined): AsyncGenerator<BatchItem> {
  for await (const item of items) yield model === undefined ? item : { model, ...item }
}
