import { describeForecast } from '../../forecast/describe-forecast.ts'
import { forecastBatch } from '../../forecast/forecast-batch.ts'
import type { BatchItem } from '../../input/item.ts'
import { usageOf } from '../../make/expected-usage.ts'
import { pipelineOptions } from '../../make/pipeline-options.ts'
import type { CommandIo } from '../command.ts'
import { listed } from '../../words/amounts.ts'
import { EXIT, type ExitCode } from '../exit-codes.ts'
import { printable } from '../printable.ts'
import { latestStartOf } from './moments.ts'
import type { RunPlan } from './plan.ts'
import type { RunCommandOptions } from './run-command.ts'
import { tallyOf } from './tally.ts'
import { usedBefore } from './used-before.ts'

/** Says what a run would take, and makes none: everything has been checked by now but the endpoints themselves. */
export async function dryRun(
  plan: RunPlan,
  all: AsyncIterable<BatchItem>,
  options: RunCommandOptions,
  io: CommandIo,
): Promise<ExitCode> {
  const { places, clock, policy, profile, prices, deadline, endpoints } = plan
  const { out: folder, rpm, tpm, imagesPerDay, maxCost, limit } = options
  const { toMake, words } = await tallyOf(all, usageOf, folder, limit)
  const say = (line: string): void => void (options.quiet ? undefined : io.stderr.write(`${line}\n`))
  say(words)
  say(`endpoints ${listed(places.map(({ name, model }) => `${printable(name)} (${printable(model)})`))}`)
  if (toMake.length === 0) return EXIT.done
  const latestStartMs = Math.max(0, latestStartOf(deadline, toMake.length, rpm) - clock.now())
  const forecast = await forecastBatch({
    items: toMake.length,
    startsAt: clock.wallTime(),
    deadlineMs: deadline.at - clock.now(),
    maxConcurrency: options.maxConcurrency ?? 64,
    usage: meanOf(toMake),
    quota: {
      ...(rpm !== undefined && { requestsPerMinute: rpm }),
      ...(tpm !== undefined && { tokensPerMinute: tpm }),
      ...(imagesPerDay !== undefined && { imagesPerDay }),
    },
    profile,
    pipeline: {
      ...pipelineOptions(policy, usedBefore(folder, policy, clock)),
      endpoints: places.map(({ name, model }) => ({ name, model })),
      ...(policy.schedule && { schedule: { ...policy.schedule, latestStartMs } }),
    },
    ...(endpoints !== undefined && { endpoints }),
    ...(maxCost !== undefined && maxCost > 0 && { maxCost }),
    ...(prices !== undefined && { prices }),
  })
  for (const line of describeForecast(forecast)) say(line)
  if (options.json) io.stdout.write(`${JSON.stringify({ exit: EXIT.done, dryRun: true, ...forecast }, null, 2)}\n`)
  return EXIT.done
}

const meanOf = (usages: readonly ReturnType<typeof usageOf>[]): Record<string, number> => {
  const mean = (unit: 'images' | 'inputTokens' | 'outputTokens'): number =>
    usages.reduce((sum, usage) => sum + usage[unit], 0) / usages.length
  return { images: mean('images'), inputTokens: mean('inputTokens'), outputTokens: mean('outputTokens') }
}
