import { count, listed } from './display/words.ts'
import type { StrategyReport } from './report.ts'

/** What the table shows, in sentences made from its figures. */
export function conclusion(reports: readonly StrategyReport[]): string[] {
  const ours = reports.find(({ strategy }) => strategy === 'spillway')
  const others = reports.filter((report) => report !== ours)
  if (ours === undefined) return []
  const share = `${ours.madeInTime} of ${count(ours.prompts, 'image')}`
  if (others.length === 0) return [`Spillway made ${share} in time.`]
  const theirs = others.map(({ strategy, madeInTime }) => `the ${strategy} ${madeInTime}`)
  return [
    `Under the same overload Spillway made ${share} in time, ${listed(theirs)}.`,
    ...others.flatMap(losses),
    ...costs(reports),
    ...help(ours),
  ]
}

/** What the images of a strategy were lost to. */
function losses({ strategy, failures }: StrategyReport): string[] {
  if (failures.length === 0) return []
  const reasons = new Map<string, number>()
  for (const { why } of failures) reasons.set(why, (reasons.get(why) ?? 0) + 1)
  const words = [...reasons].toSorted((a, b) => b[1] - a[1]).map(([why, times]) => `${times} to ${why}`)
  return [`The ${strategy} lost ${listed(words)}.`]
}

/** What each image in time cost the provider. */
function costs(reports: readonly StrategyReport[]): string[] {
  if (reports.some(({ upstream, madeInTime }) => upstream === undefined || madeInTime === 0)) return []
  const words = reports.map(({ strategy, upstream, madeInTime }) => {
    const requests = ((upstream?.requests ?? 0) / madeInTime).toFixed(1)
    return `${requests} requests (${strategy})`
  })
  return [`For each image in time the upstream saw ${listed(words)}.`]
}

/** The second endpoint is a part of the result: it is said, and can be taken away. */
function help({ upstream }: StrategyReport): string[] {
  const { relay = 0 } = upstream?.requestsByEndpoint ?? {}
  return relay === 0
    ? ['It had the same single endpoint as the others.']
    : [`It sent ${relay} of its ${upstream?.requests} requests to the relay; --no-relay shows it without.`]
}
