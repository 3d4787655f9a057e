import type { CallContext } from '../../kernel/call-context.ts'
import { createContextKey, type ContextKey } from '../../kernel/context-key.ts'
import { loadProfile, type LoadLevel, type LoadProfile } from './load-profile.ts'

/** Says of one call that it may wait for a calm band. */
export const deferrable: ContextKey<boolean> = /* @__PURE__ */ createContextKey('deferrable', false)

/**
 * How long one call may wait for a calm band, in milliseconds from when it reaches {@link schedule}: 0 or more. Stands in
 * for the option of the same name.
 */
export const latestStartMs: ContextKey<number | undefined> = /* @__PURE__ */ createContextKey<number | undefined>(
  'latestStartMs',
  undefined,
)

/** Options of {@link schedule}. */
export interface ScheduleOptions {
  /** Appears in events, errors and descriptions. @default 'schedule' */
  readonly name?: string
  /**
   * How busy the provider is by the hour of the UTC day: `loadProfile(bands)`, or `learnedLoadProfile()`, which this policy
   * then teaches. @default 00–06 low, 06–12 medium, 12–18 peak, 18–24 high
   */
  readonly profile?: LoadProfile
  /** The busiest level that still counts as calm. @default 'medium' */
  readonly calmUpTo?: LoadLevel
  /** Whether a call may wait. @default what the call says under the key {@link deferrable}, else no */
  readonly deferrable?: (context: CallContext) => boolean
  /**
   * How long a call may wait, in milliseconds of the monotonic clock from when it reaches this policy: 0 or more, or
   * `Infinity`. Then it starts, however busy it is. A call may set its own under the key {@link latestStartMs}.
   * @default 86400000, a day
   */
  readonly latestStartMs?: number
  /**
   * How many deferrable calls may run at once while it is not calm: an integer from 0. What is over waits. @default 0
   */
  readonly busyConcurrency?: number
  /**
   * Over how many milliseconds those who wait start once it is calm, each at a random instant: 0 or more.
   * @default 1800000, half an hour
   */
  readonly spreadMs?: number
}

/** What {@link schedule} takes where an option is left out. */
export const SCHEDULE_DEFAULTS: Required<ScheduleOptions> = {
  name: 'schedule',
  profile: /* @__PURE__ */ loadProfile(),
  calmUpTo: 'medium',
  deferrable: (context) => context.get(deferrable),
  latestStartMs: 86_400_000,
  busyConcurrency: 0,
  spreadMs: 1_800_000,
}
