import { count, listed } from './display/words.ts'
import type { StrategyReport } from './report.ts'

/** What the table shows, in sentences made from its figures. */
export function conclusion(reports: readonly StrategyReport[]): string[] {
  const ours = reports.find(({ strategy }) => strategy === 'spillway')
  const others = reports.filter((report) => report !== ours)
  if (ours === undefined) return []
  const share = `${ours.madeInTime} of ${count(ours.prompts, 'image')}`
  if (others.length === 0) return [`Spillway made ${share} in time.`]
  const theirs = listed(others.map(({ strategy, madeInTime }) => `the ${strategy} ${madeInTime}`))
  return [
    `Under the same overload Spillway made ${share} in time, ${theirs}.`,
    ...others.flatMap((other) => costs(ours, other)),
  ]
}

/** What it cost the provider for each image that came in time. */
function costs(ours: StrategyReport, other: StrategyReport): string[] {
  if (ours.upstream === undefined || other.upstream === undefined) return []
  const perImage = ({ upstream, madeInTime }: StrategyReport): string =>
    madeInTime === 0 ? 'no image' : `${((upstream?.requests ?? 0) / madeInTime).toFixed(1)} requests an image`
  const waste = ({ upstream }: StrategyReport): string => `${Math.round(upstream?.wastedSeconds ?? 0)} s of work thrown away`
  return [`The ${other.strategy}: ${perImage(other)}, ${waste(other)}. Spillway: ${perImage(ours)}, ${waste(ours)}.`]
}
