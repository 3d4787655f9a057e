import type { VerdictKind } from '@spillway/core'

/**
 * What an attempt says of the place it went to:
 *
 * - `success`: it answered.
 * - `overloaded`: it refused, for want of capacity.
 * - `failed`: network, server error, our own timeout.
 * - `unusable`: this key, region or deployment cannot serve, or its quota is spent. The provider may be well.
 */
export type ObservationKind = 'success' | 'overloaded' | 'failed' | 'unusable'

export const OBSERVATION_KINDS: readonly ObservationKind[] = ['success', 'overloaded', 'failed', 'unusable']

/** One attempt that says something. */
export interface Observation {
  readonly kind: ObservationKind
  /** From its start to its end for its caller, in milliseconds. */
  readonly durationMs: number
  /** From its start to its first content, in milliseconds, where it was a stream. */
  readonly contentMs?: number
}

/**
 * What each verdict counts as. `undefined` says nothing of the place: our pace was too high, the request was wrong, the
 * caller left, we refused, or a model that answered had nothing to show.
 */
export const OBSERVED_AS: Readonly<Record<VerdictKind, ObservationKind | undefined>> = {
  success: 'success',
  overloaded: 'overloaded',
  transient: 'failed',
  endpoint_failed: 'unusable',
  quota_exhausted: 'unusable',
  throttled: undefined,
  request_failed: undefined,
  empty: undefined,
  canceled: undefined,
  rejected: undefined,
}
