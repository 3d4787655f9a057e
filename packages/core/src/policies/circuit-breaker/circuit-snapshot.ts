/** What `breaker.save()` gives: plain data, for a file or a store, for whoever continues after a restart. */
export interface CircuitBreakerSnapshot {
  /** Data of another version is refused, and everything begins anew. */
  readonly version: 1
  /** When it was taken, in milliseconds since 1970 UTC, as all instants here. */
  readonly savedAt: number
  readonly partitions: Readonly<Record<string, SavedCircuit>>
}

/** One partition in a {@link CircuitBreakerSnapshot}. */
export interface SavedCircuit {
  /** A circuit with a probe under way is `open`, and the next probe is due. */
  readonly state: 'closed' | 'open' | 'isolated'
  /** When a probe is due, while it is open. */
  readonly openUntil?: number
  /** When it closed; left out where it has never been open. */
  readonly closedAt?: number
  /** How long the last break was, in milliseconds. */
  readonly lastBreakMs: number
  /** How many breaks there have been since they began anew. */
  readonly breaks: number
  /** What the strategy has counted. */
  readonly strategy?: unknown
}

/** Why saved data was not taken over. */
export type SnapshotRefusal =
  /** It is of another version. */
  | 'version'
  /** It is no snapshot of a breaker. */
  | 'shape'
  /** The counts are of another strategy. All else was taken over. */
  | 'strategy'

/** Whether data, from wherever, is what `save` gives; otherwise what is wrong with it. */
export const checkSnapshot = (data: unknown): SnapshotRefusal | undefined => {
  if (!isRecord(data)) return 'shape'
  if (data['version'] !== 1) return 'version'
  const { savedAt, partitions } = data
  const right = isAmount(savedAt) && isRecord(partitions) && Object.values(partitions).every(isSavedCircuit)
  return right ? undefined : 'shape'
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const isAmount = (value: unknown): boolean => Number.isFinite(value) && (value as number) >= 0

const isSavedCircuit = (value: unknown): boolean => {
  if (!isRecord(value)) return false
  const { state, openUntil, closedAt, lastBreakMs, breaks } = value
  return (
    (state === 'closed' || state === 'isolated' || (state === 'open' && isAmount(openUntil))) &&
    (closedAt === undefined || isAmount(closedAt)) &&
    isAmount(lastBreakMs) &&
    isAmount(breaks) &&
    Number.isInteger(breaks)
  )
}
