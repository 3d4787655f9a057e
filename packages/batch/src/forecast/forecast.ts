/** The least, the middle and the most of several plays. */
export interface Range {
  readonly low: number
  readonly median: number
  readonly high: number
}

/** What items wait for besides answers: calm hours, their turn (the quota's pace, a free place), the next try after a refusal. */
export type WaitReason = 'calm hours' | 'turn' | 'next try'

/** One hour of a run, counted from its start. */
export interface ForecastHour {
  /** When it begins, in milliseconds since 1970 UTC. */
  readonly from: number
  readonly done: number
  readonly failed: number
  readonly requests: number
  readonly refused: number
}

/** What a run is expected to be, over several plays of it. */
export interface Forecast {
  readonly items: number
  readonly startsAt: number
  /** How many times it was played. */
  readonly seeds: number
  /** Items that are made. */
  readonly done: Range
  /** Items that fail. */
  readonly failed: Range
  /** Items that are left when the run's deadline or ceiling of cost is reached. */
  readonly left: Range
  /** Requests that leave for the provider, and those among them that it refuses. */
  readonly requests: Range
  readonly refused: Range
  /** By the prices given; absent without any. */
  readonly cost?: Range
  /** When the last item has ended, in milliseconds since 1970 UTC. */
  readonly finishedAt: Range
  /** How long an item waits for what on average, in milliseconds. */
  readonly waits: Readonly<Record<WaitReason, number>>
  /** The mean of all plays, hour by hour. */
  readonly hours: readonly ForecastHour[]
  /** What was taken for granted, in sentences. */
  readonly assumptions: readonly string[]
}

/** What one play gives. */
export interface Played {
  readonly done: number
  readonly failed: number
  readonly left: number
  readonly requests: number
  readonly refused: number
  readonly cost: number
  readonly endedAtMs: number
  readonly waits: Readonly<Record<WaitReason, number>>
  readonly hours: readonly Omit<ForecastHour, 'from'>[]
}
