import { pipeline, type CircuitOpened, type RetryScheduled, type SpillwayEvent } from '@spillway/core'
import { from, type Observable } from 'rxjs'
import { expectTypeOf, test } from 'vitest'
import { events$ } from './events.ts'

const calls = pipeline([])

test('events$ is typed as the members of the union asked for', () => {
  expectTypeOf(events$(calls)).toEqualTypeOf<Observable<SpillwayEvent>>()
  expectTypeOf(events$(calls, 'retry.scheduled')).toEqualTypeOf<Observable<RetryScheduled>>()
  expectTypeOf(events$(calls, 'retry.scheduled', 'circuit.opened')).toEqualTypeOf<
    Observable<RetryScheduled | CircuitOpened>
  >()
  // @ts-expect-error there is no such event
  events$(calls, 'retry.happened')
})

test('from(pipeline.events) is an Observable of events', () => {
  expectTypeOf(from(calls.events)).toEqualTypeOf<Observable<SpillwayEvent>>()
})
