import { loadProfile, type LoadBand } from '@spillway/core'
import { batchPolicy } from '../../make/batch-policy.ts'
import { createMaker } from '../../make/maker.ts'
import { type PolicyOptions, readPolicyFile } from '../../make/policy-file.ts'
import type { BatchQueue, SharedQuota } from '../../queue/batch-queue.ts'
import { loadQueue } from '../../queue/load-queue.ts'
import { placesOf, readAccess } from '../access.ts'
import type { CommandIo } from '../command.ts'
import { count, counted } from '../../words/amounts.ts'
import { EXIT, type ExitCode } from '../exit-codes.ts'
import { watchInterrupts } from '../interrupt.ts'
import { readJsonFile } from '../json-file.ts'
import { queueFailures } from '../queue-failures.ts'
import { queueUrlOf } from '../queue-options.ts'
import { printable } from '../printable.ts'
import { inCalmHours } from './calm-hours.ts'
import { eventLine } from './event-line.ts'
import { tellingQuota } from './spent-quota.ts'
import type { WorkerCommandOptions } from './worker-command.ts'

const USUAL_CONCURRENCY = 16

/** Runs `spillway worker`, and gives back the exit code. */
export async function work(options: WorkerCommandOptions, io: CommandIo): Promise<ExitCode> {
  const { model, api, endpoint: endpoints } = options
  const places = await placesOf(readAccess(io.env, { model, api, ...(endpoints !== undefined && { endpoints }) }))
  const { schedule, ...policy } = await policyOf(options)
  const queue = await loadQueue(queueUrlOf(options, io.env), { ...(options.queueName && { name: options.queueName }) })
  await queue.connect()
  const quota = policy.rateLimit ? await queue.openQuota() : undefined
  if (policy.rateLimit && quota === undefined && !options.quiet)
    io.stderr.write('PostgreSQL counts for nobody: the quota is this worker’s own, and each other has its own too.\n')
  const maker = createMaker({ places, policy: sharing(policy, quota) })
  const asking = quota === undefined ? maker.make : tellingQuota(maker)
  const make = options.offPeak && schedule ? inCalmHours(asking, schedule) : asking
  try {
    return await workAt(queue, make, options, io)
  } finally {
    maker.dispose()
    quota?.close()
  }
}

async function workAt(
  queue: BatchQueue,
  make: Parameters<BatchQueue['work']>[0]['make'],
  options: WorkerCommandOptions,
  io: CommandIo,
): Promise<ExitCode> {
  const print = (line: string): void => {
    if (!options.quiet) io.stderr.write(`${line}\n`)
  }
  const complain = queueFailures(queue, (line) => void io.stderr.write(`${line}\n`))
  const made = { done: 0, failed: 0 }
  const worker = queue.work({
    make,
    concurrency: options.maxConcurrency ?? USUAL_CONCURRENCY,
    idempotent: options.idempotent ?? false,
    listener: (event) => {
      if (event.type === 'queue.failed') return complain(event.error)
      if (event.type === 'item.done') made.done++
      if (event.type === 'item.failed') made.failed++
      print(eventLine(event))
    },
  })
  print(`Working for ${queue.address}. Ctrl-C: nothing more is taken, and what is out may end.`)
  const interrupt = watchInterrupts({
    onFirst: () => {
      print('Stopping: what was not sent goes back into the line, what is out may end. Ctrl-C again stops at once.')
      void worker.stop()
    },
    onSecond: () => print('Stopped at once. What was out is reported by whoever takes it next.'),
  })
  try {
    await worker.ended
    return interrupt.code() ?? EXIT.done
  } catch (error) {
    io.stderr.write(
      `This worker's key or endpoint does not serve (${printable((error as Error).message)}): its items are left to others.\n`,
    )
    await worker.stop()
    return EXIT.someFailed
  } finally {
    interrupt.stop()
    print(`${counted(made.done, 'item')} made, ${count(made.failed)} failed.`)
  }
}

/** Tries once: what is refused goes back to the queue, which waits for it. */
const ONCE = { maxAttempts: 1 }
/** What waits longer before anything is sent goes back as well. */
const LONGEST_WAIT_MS = 10_000

async function policyOf(options: WorkerCommandOptions): Promise<PolicyOptions> {
  const { rpm, tpm, imagesPerDay, offPeak = false, bands } = options
  const said = options.policy === undefined ? {} : await readPolicyFile(options.policy)
  const profile =
    bands === undefined ? undefined : await readJsonFile(bands, (json) => loadProfile(json as readonly LoadBand[]))
  const policy = batchPolicy({
    policy: said,
    requestsPerMinute: rpm,
    tokensPerMinute: tpm,
    imagesPerDay,
    profile,
    offPeak,
  })
  return {
    ...policy,
    retry: { ...policy.retry, ...ONCE },
    failover: { maxKnownWaitMs: LONGEST_WAIT_MS, ...policy.failover },
  }
}

const sharing = (policy: PolicyOptions, quota: SharedQuota | undefined): PolicyOptions =>
  quota === undefined || !policy.rateLimit
    ? policy
    : { ...policy, rateLimit: { ...policy.rateLimit, store: quota.store } }
