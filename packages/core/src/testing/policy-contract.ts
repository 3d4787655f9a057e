import { pipeline } from '../assembly/pipeline.ts'
import type { Part } from '../kernel/policy.ts'
import { recordEvents } from './record-events.ts'
import { scriptedOperation } from './scripted-operation.ts'
import { settle, VirtualClock } from './virtual-clock.ts'

/** The few functions of a test runner that a contract needs; vitest's, jest's and node's fit. */
export interface TestRunner {
  readonly test: (name: string, body: () => Promise<void>) => void
}

const check = (right: boolean, message: string): void => {
  if (!right) throw new Error(message)
}

/**
 * What every policy must do, as tests: pass a success through untouched, end in the tick in which its caller aborts, leave
 * no timer behind whatever the ending, and let no failure become a rejection of `execute` other than the operation's own.
 *
 * @param name what the tests are called
 * @param make gives a new policy that admits at least one call and lets a first success pass
 * @param runner the test runner: `{ test }` of vitest
 */
export const policyContract = (name: string, make: () => Part, { test }: TestRunner): void => {
  test(`${name} passes a success through untouched`, async () => {
    const clock = new VirtualClock()
    const value = { result: true }
    const operation = scriptedOperation([{ value }])
    const answer = pipeline([make()], { clock }).execute(operation)
    await clock.advance(1)
    check((await answer) === value, 'the value is another one')
    check(operation.runs === 1, `the operation ran ${operation.runs} times`)
    check(clock.pending === 0, `${clock.pending} timers were left behind`)
  })

  test(`${name} ends in the tick in which the caller aborts, with the caller's own reason`, async () => {
    const clock = new VirtualClock()
    const caller = new AbortController()
    const reason = new Error('the caller left')
    const operation = scriptedOperation<never>([{ hang: true }])
    const calls = pipeline([make()], { clock })
    const answer = calls.execute(operation, { signal: caller.signal }).then(
      () => 'answered',
      (error: unknown) => error,
    )
    await settle()
    caller.abort(reason)
    check((await answer) === reason, 'the error is not the reason of the caller')
    await clock.advance(1000)
    check(operation.runs <= 1, 'the operation ran again after the abort')
    check(calls.state().inFlight === 0, 'the call is still counted')
    check(clock.pending === 0, `${clock.pending} timers were left behind`)
  })

  test(`${name} ends when the caller aborts although the operation ignores it`, async () => {
    const clock = new VirtualClock()
    const caller = new AbortController()
    const operation = scriptedOperation([{ value: 1, afterMs: 5000, deaf: true }])
    const answer = pipeline([make()], { clock })
      .execute(operation, { signal: caller.signal })
      .catch(() => 'ended')
    await settle()
    caller.abort(new Error('the caller left'))
    check((await answer) === 'ended', 'the call did not end')
    await clock.advance(10_000)
    check(clock.pending === 0, `${clock.pending} timers were left behind`)
  })

  test(`${name} does not call after an abort before the start`, async () => {
    const operation = scriptedOperation([{ value: 1 }])
    const answer = pipeline([make()], { clock: new VirtualClock() })
      .execute(operation, { signal: AbortSignal.abort('gone') })
      .catch((error: unknown) => error)
    check((await answer) === 'gone', 'the error is not the reason of the caller')
    check(operation.runs === 0, 'the operation ran')
  })

  test(`${name} tells each call's start and end once`, async () => {
    const clock = new VirtualClock()
    const calls = pipeline([make()], { clock })
    const recording = recordEvents(calls)
    const answer = calls.execute(scriptedOperation([{ value: 1 }]))
    await clock.advance(1)
    await answer
    check(recording.timeline('call.started').length === 1, 'call.started was not published once')
    check(recording.timeline('call.completed').length === 1, 'call.completed was not published once')
  })
}
