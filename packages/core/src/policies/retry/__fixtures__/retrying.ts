import { expect } from 'vitest'
import { pipeline, retry, timeout, type Classifier, type RetryOptions, type Verdict } from '../../../index.ts'
import { ended } from '../../../kernel/__fixtures__/ended.ts'
import { recordEvents, scriptedOperation, seededRandom, VirtualClock, type ScriptStep } from '../../../testing.ts'

/** What fails in these tests. */
export const busy: Error = new Error('busy')

/** Errors are their own verdicts here; a value of 0 is an empty answer. */
export const classifier: Classifier = {
  error: (error) => (error instanceof Error ? undefined : (error as Verdict)),
  value: (value) => (value === 0 ? { kind: 'empty' } : undefined),
}

export const run = async (
  options: RetryOptions,
  steps: readonly ScriptStep<unknown>[],
  totalMs = 3_600_000,
  seed = 1,
) => {
  const clock = new VirtualClock()
  const calls = pipeline([timeout({ totalMs }), retry(options)], { clock, classifier, random: seededRandom(seed) })
  const recording = recordEvents(calls)
  const operation = scriptedOperation(steps)
  const answer = ended(calls.execute(operation))
  await clock.run()
  expect(clock.pending).toBe(0)
  const delays = recording.events.flatMap((event) => (event.type === 'retry.scheduled' ? [event.delayMs] : []))
  const exhausted = recording.events.find((event) => event.type === 'retry.exhausted')
  const state = calls.state().policies[1]?.state
  return { answer: await answer, operation, delays, exhausted, recording, state, at: clock.now() }
}
