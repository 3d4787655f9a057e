import type { Prices } from '@spillway/core'
import type { BatchItem } from '../../input/item.ts'
import { costEstimate } from '../../make/cost.ts'
import type { BatchQueue } from '../../queue/batch-queue.ts'
import { count, money } from '../../words/amounts.ts'
import { Budget } from '../../run/budget.ts'
import type { CommandIo } from '../command.ts'
import { EXIT, type ExitCode } from '../exit-codes.ts'
import type { RunCommandOptions } from './run-command.ts'
import { tallyOf } from './tally.ts'

/** What has been read and checked. */
interface Plan {
  readonly queue: Pick<BatchQueue, 'address'>
  readonly items: AsyncIterable<BatchItem>
  readonly prices: Prices | undefined
}

/** Says how much a run would put in line and what that should cost, and puts nothing there. When it is done is up to workers. */
export async function queuedDryRun(
  { queue, items, prices }: Plan,
  options: RunCommandOptions,
  io: CommandIo,
): Promise<ExitCode> {
  const { toMake: costs, words } = await tallyOf(items, costEstimate(prices ?? {}, []), options.out, options.limit)
  const lines = [words, `queue     ${queue.address} answers`]
  const cost = costs.reduce((sum, each) => sum + each, 0)
  if (prices !== undefined) lines.push(`cost      ${money(cost)}, each paid for once`)
  const paid = within(costs, options.maxCost)
  if (paid < costs.length) lines.push(`          --max-cost ${money(options.maxCost!)} is enough for ${count(paid)}`)
  lines.push(
    'How long it takes is up to the workers: with their --endpoint and --rpm, and without the queue, --dry-run estimates it.',
  )
  if (!options.quiet) for (const each of lines) io.stderr.write(`${each}\n`)
  const json = { exit: EXIT.done, dryRun: true, items: costs.length, ...(prices !== undefined && { cost }) }
  if (options.json) io.stdout.write(`${JSON.stringify(json, null, 2)}\n`)
  return EXIT.done
}

/** How many of the costs, from the first, add up to no more than the most. */
const within = (costs: readonly number[], most = Infinity): number => {
  const budget = new Budget(0, most)
  const never = (): boolean => false
  const over = costs.findIndex((cost) => budget.claim(cost, never) !== true)
  return over === -1 ? costs.length : over
}
