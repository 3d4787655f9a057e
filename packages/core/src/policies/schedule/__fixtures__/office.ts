import {
  deferrable,
  latestStartMs,
  pipeline,
  schedule,
  type ContextKey,
  type Part,
  type ScheduleOptions,
} from '../../../index.ts'
import { recordEvents, seededRandom, type EventRecording } from '../../../testing.ts'
import { SteppingClock } from './stepping-clock.ts'

export const HOUR = 3_600_000
export const MINUTE = 60_000
export const MIDNIGHT: number = Date.UTC(2026, 0, 1)

interface Submission {
  readonly latest?: number
  readonly signal?: AbortSignal
  readonly takesMs?: number
}

/** A pipeline with a schedule, and calls that may wait, from a given hour of the day on. */
export class Office {
  readonly clock: SteppingClock
  /** When each call started, in milliseconds since the office opened. */
  readonly starts: number[] = []
  readonly recording: EventRecording
  readonly calls: ReturnType<typeof pipeline>

  constructor(
    hour: number,
    options: ScheduleOptions = {},
    inside: readonly Part[] = [],
    outside: readonly Part[] = [],
  ) {
    this.clock = new SteppingClock(MIDNIGHT + hour * HOUR)
    const parts = [...outside, schedule({ calmUpTo: 'low', spreadMs: 0, ...options }), ...inside]
    this.calls = pipeline(parts, { clock: this.clock, random: seededRandom(1) })
    this.recording = recordEvents(this.calls)
  }

  /** A call that may wait. */
  submit({ latest, signal, takesMs = 0 }: Submission = {}): Promise<unknown> {
    const values: [ContextKey<unknown>, unknown][] = [[deferrable, true]]
    if (latest !== undefined) values.push([latestStartMs, latest])
    return this.#execute(values, takesMs, signal)
  }

  /** A call that somebody waits for. */
  urgent(takesMs = 0): Promise<unknown> {
    return this.#execute([], takesMs, undefined)
  }

  why(): string[] {
    return this.recording.events.flatMap((event) => (event.type === 'schedule.started' ? [event.why] : []))
  }

  state(): unknown {
    return this.calls.state().policies.find(({ name }) => name === 'schedule')?.state
  }

  #execute(
    values: [ContextKey<unknown>, unknown][],
    takesMs: number,
    signal: AbortSignal | undefined,
  ): Promise<unknown> {
    const run = this.calls.execute(
      async (context) => {
        this.starts.push(this.clock.now())
        if (takesMs > 0) await context.sleep(takesMs)
        return 'done'
      },
      { values, ...(signal === undefined ? {} : { signal }) },
    )
    return run.catch((error: unknown) => error)
  }
}
