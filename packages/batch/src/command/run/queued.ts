import { pipeline, type Prices, systemClock, type Timer } from '@spillway/core'
import type { BatchItem } from '../../input/item.ts'
import { readItems } from '../../input/read-items.ts'
import { costEstimate } from '../../make/cost.ts'
import type { Make } from '../../make/make.ts'
import { pricedAttempts } from '../../make/priced-attempts.ts'
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
import { deadlineOf, DEFAULT_DEADLINE, type Instant } from './moments.ts'
import { pricesFor } from './prices.ts'
import type { RunCommandOptions } from './run-command.ts'
import { differenceLines, summaryJson, summaryLines } from './summary.ts'

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

/** Runs `spillway run` over a queue: workers make, this process writes down. Gives back the exit code. */
export async function queuedRun(prompts: string, options: RunCommandOptions, io: CommandIo): Promise<ExitCode> {
  const given = (name: keyof RunCommandOptions): boolean => options[name] !== undefined
  const dashed = (name: string): string => `--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`
  const forWorkers = OF_WORKERS.find(given)
  if (forWorkers !== undefined)
    throw new UsageError(`${dashed(forWorkers)} is for those who make the requests: give it to spillway worker.`)
  const deadline = deadlineOf(options.deadline ?? DEFAULT_DEADLINE, systemClock)
  // Which models are asked for, workers know.
  const prices = await pricesFor(options, [])
  const queue = await loadQueue(queueUrlOf(options, io.env), { ...(options.queueName && { name: options.queueName }) })
  await queue.connect()
  const { model } = options
  const source = prompts === '-' ? io.stdin : prompts
  const named = { ...(prompts === '-' && { name: 'standard input' }), ...(model !== undefined && { model }) }
  const items = modelled(readItems(source, named), model)
  if (options.dryRun === undefined) return runOn({ queue, items, deadline, prices }, prompts, options, io)
  const { queuedDryRun } = await import('./queued-dry-run.ts')
  return queuedDryRun({ queue, items, prices }, options, io)
}

/** What was read of a command line, and checked. */
interface QueuedPlan {
  readonly queue: BatchQueue
  readonly items: AsyncIterable<BatchItem>
  readonly deadline: Instant
  /** `undefined` where nobody has said a price. */
  readonly prices: Prices | undefined
}

async function runOn(
  { queue, items, deadline, prices }: QueuedPlan,
  prompts: string,
  options: RunCommandOptions,
  io: CommandIo,
): Promise<ExitCode> {
  const { out: folder, onUnknown, maxCost } = options

  const screen = screenFor(options, io)
  const watch = watchRun({
    screen,
    style: styleFor(io.stderr, io.env, options.color),
    // Those that ask are elsewhere.
    pipeline: pipeline([]),
    endpoints: [],
    clock: systemClock,
    title: `${printable(prompts)} → ${queue.address} → ${printable(folder)}`,
    priced: prices !== undefined,
    deadlineAt: deadline.at,
    maxCost,
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
      items: watch.counted(items),
      make: prices === undefined ? queued.make : priced(queued.make, prices),
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
        if (event.type === 'run.started') for (const line of differenceLines(event)) watch.print(line)
        watch.onEvent(event)
      },
      maxConcurrency: options.maxConcurrency ?? IN_LINE,
      retryErrors: options.retryErrors ?? false,
      acceptChanges: options.acceptChanges ?? false,
      ...(options.maxErrors !== undefined && { maxErrors: options.maxErrors }),
      ...(options.limit !== undefined && { limit: options.limit }),
      ...(options.cache !== undefined && { cache: options.cache }),
      ...(maxCost !== undefined && { maxCost }),
      ...(prices !== undefined && { estimateCost: costEstimate(prices, []) }),
      note: { queue: queue.address, pricePerImage: options.pricePerImage, prices: options.prices },
    })
  } finally {
    follower.stop()
    watch.stop()
    interrupt.stop()
    await leave(queued, summary)
  }
  const code = interrupt.code() ?? exitCodeOf(summary)
  const typed = withoutPasswords(asTyped(io))
  const ending = { folder, priced: prices !== undefined, code, typed, queue: follower.counts() }
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

/** Workers say what was used, and know no prices. */
const priced =
  (make: Make, prices: Prices): Make =>
  (item, { attempts, ...rest }) =>
    make(item, { ...rest, attempts: pricedAttempts(prices, item, attempts) })

/** Workers have models of their own: what is asked for here goes with each item. */
async function* modelled(items: AsyncIterable<BatchItem>, model: string | undefined): AsyncGenerator<BatchItem> {
  for await (const item of items) yield model === undefined ? item : { model, ...item }
}
