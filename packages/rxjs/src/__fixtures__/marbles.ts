import type { Clock } from '@spillway/core'
import { Observable } from 'rxjs'
import { TestScheduler } from 'rxjs/testing'

/** What was heard, and when: the shape in which RxJS keeps a parsed diagram. */
export type Heard = ReturnType<typeof TestScheduler.parseMarbles>

/** A diagram as messages: one character is one millisecond, `2s` two thousand of them. */
export const diagram = (marbles: string, values?: Record<string, unknown>, error?: unknown): Heard => {
  const factor = TestScheduler.frameTimeFactor
  TestScheduler.frameTimeFactor = 1
  try {
    return TestScheduler.parseMarbles(marbles, values, error, undefined, true)
  } finally {
    TestScheduler.frameTimeFactor = factor
  }
}

/**
 * A cold source drawn as a diagram, on a clock of core: RxJS's own scheduler runs a whole test in one turn, in which no
 * promise of a call settles.
 */
export const cold = (
  clock: Clock,
  marbles: string,
  error?: unknown,
): Observable<string> & { readonly subscriptions: string[] } => {
  const subscriptions: string[] = []
  const source = new Observable<string>((subscriber) => {
    const from = clock.now()
    const timers = diagram(marbles, undefined, error).map(({ frame, notification }) =>
      clock.setTimer(frame, () => {
        if (notification.kind === 'N') subscriber.next(notification.value as string)
        else if (notification.kind === 'E') subscriber.error(notification.error)
        else subscriber.complete()
      }),
    )
    return () => {
      for (const timer of timers) timer.cancel()
      subscriptions.push(`${from} to ${clock.now()}`)
    }
  })
  return Object.assign(source, { subscriptions })
}

/** Subscribes, and writes down what is heard and when. */
export const record = (clock: Clock, source: Observable<unknown>): Heard & { unsubscribe(): void } => {
  const heard: Heard = []
  const from = clock.now()
  const note = (notification: Heard[number]['notification']): void => {
    heard.push({ frame: clock.now() - from, notification })
  }
  const subscription = source.subscribe({
    next: (value) => note({ kind: 'N', value }),
    error: (error: unknown) => note({ kind: 'E', error }),
    complete: () => note({ kind: 'C' }),
  })
  // Not enumerable, so that what was heard still equals a diagram.
  const unsubscribe = { value: () => subscription.unsubscribe() }
  return Object.defineProperties(heard as ReturnType<typeof record>, { unsubscribe })
}
