import { isRecent, type Observed } from './observed.ts'
import type { StatusOverview } from './read-status.ts'

/**
 * Whether somebody says, or has seen lately, that there is trouble; or nobody could be asked. What is unknown beside something
 * that is well is no trouble.
 */
export function isTrouble({ at, feeds, observed }: StatusOverview): boolean {
  const recent = observed.filter((each) => isRecent(each, at))
  if (feeds.some(({ level }) => level === 'degraded' || level === 'down')) return true
  if (recent.some(isIll)) return true
  return recent.length === 0 && feeds.every(({ level }) => level === 'unknown')
}

const isIll = ({ level, probe }: Observed): boolean =>
  probe === undefined ? ['degraded', 'overloaded', 'down'].includes(level) : probe.verdict !== 'success'
