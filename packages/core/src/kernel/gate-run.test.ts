import { describe, expect, test } from 'vitest'
import { bulkhead, pipeline, retry, timeout, type Gate, type RejectedError } from '../index.ts'
import { recordEvents, scriptedOperation, settle, VirtualClock } from '../testing.ts'
import { ended } from './__fixtures__/ended.ts'
import { refusal } from './__fixtures__/refusal.ts'

/** A gate that admits when told to, and writes down what it hears. */
const spyGate = (name: string, log: string[], admission?: () => ReturnType<Gate['enter']>): Gate => ({
  name,
  enter() {
    log.push(`${name} enter`)
    return admission?.()
  },
  leave(_, outcome) {
    log.push(`${name} leave ${outcome.verdict.kind}`)
  },
  release() {
    log.push(`${name} release`)
  },
  progress(_, progress) {
    log.push(`${name} ${progress}`)
  },
})

describe('neighbouring gates', () => {
  test('are entered from the outside in, left and released from the inside out, once each', async () => {
    const log: string[] = []
    await pipeline([spyGate('a', log), spyGate('b', log)]).execute(async () => log.push('run'))
    expect(log).toEqual(['a enter', 'b enter', 'run', 'b leave success', 'a leave success', 'b release', 'a release'])
  })

  test('give back what was entered when one further in refuses, and the operation does not run', async () => {
    const log: string[] = []
    const error = refusal()
    const calls = pipeline([spyGate('a', log), spyGate('b', log, () => error)])
    expect(await ended(calls.execute(async () => log.push('run')))).toBe(error)
    expect(log).toEqual(['a enter', 'b enter', 'a leave rejected', 'a release'])
  })

  test('give back what was entered when one further in throws', async () => {
    const log: string[] = []
    const error = new Error('broken gate')
    const broken = spyGate('b', log, () => {
      throw error
    })
    expect(await ended(pipeline([spyGate('a', log), broken]).execute(async () => log.push('run')))).toBe(error)
    expect(log).toEqual(['a enter', 'b enter', 'a leave request_failed', 'a release'])
  })

  test('give back what was entered when the wait for one further in rejects', async () => {
    const log: string[] = []
    const error = new Error('broken wait')
    const broken = spyGate('b', log, () => Promise.reject(error))
    expect(await ended(pipeline([spyGate('a', log), broken]).execute(async () => log.push('run')))).toBe(error)
    expect(log).toEqual(['a enter', 'b enter', 'a leave request_failed', 'a release'])
  })

  test('an admission that comes after the caller has left is given back at once', async () => {
    const log: string[] = []
    const caller = new AbortController()
    const admission = Promise.withResolvers<undefined>()
    const calls = pipeline([spyGate('a', log), spyGate('b', log, () => admission.promise)])
    const answer = ended(calls.execute(async () => log.push('run'), { signal: caller.signal }))
    caller.abort('gone')
    expect(await answer).toBe('gone')
    admission.resolve(undefined)
    await settle()
    expect(log).toEqual(['a enter', 'b enter', 'a leave canceled', 'a release', 'b leave canceled', 'b release'])
  })

  test('a refusal that comes after the caller has left gives nothing back', async () => {
    const log: string[] = []
    const caller = new AbortController()
    const admission = Promise.withResolvers<RejectedError>()
    const answer = ended(
      pipeline([spyGate('b', log, () => admission.promise)]).execute(async () => 1, { signal: caller.signal }),
    )
    caller.abort('gone')
    admission.resolve(refusal())
    expect(await answer).toBe('gone')
    expect(log).toEqual(['b enter'])
  })

  // trap: hooks-change-nothing
  test.each(['leave', 'release'] as const)(
    'one that throws in %s costs neither the call nor the others',
    async (hook) => {
      const log: string[] = []
      const broken: Gate = {
        name: 'broken',
        enter: () => undefined,
        leave() {
          if (hook === 'leave') throw new TypeError('broken')
        },
        release() {
          if (hook === 'release') throw new TypeError('broken')
        },
      }
      const calls = pipeline([spyGate('a', log), broken, spyGate('c', log)])
      const recording = recordEvents(calls)
      expect(await calls.execute(async () => 'value')).toBe('value')
      expect(log).toEqual(['a enter', 'c enter', 'c leave success', 'a leave success', 'c release', 'a release'])
      expect(recording.events.filter(({ type }) => type === 'diagnostic.reported')).toMatchObject([
        { source: `broken.${hook}`, errorName: 'TypeError' },
      ])
    },
  )

  test('one that throws at progress costs neither the attempt nor the others', async () => {
    const log: string[] = []
    const broken: Gate = {
      name: 'broken',
      enter: () => undefined,
      leave() {},
      progress() {
        throw new TypeError('broken')
      },
    }
    const calls = pipeline([broken, spyGate('c', log)])
    const answer = calls.execute(async (context) => {
      context.progress('headers')
      return 'value'
    })
    expect(await answer).toBe('value')
    expect(log).toContain('c headers')
  })

  test('hear the progress of an attempt also from outside a retry, but not of an attempt that was given up', async () => {
    const clock = new VirtualClock()
    const log: string[] = []
    const calls = pipeline([spyGate('outer', log), retry({ maxAttempts: 2 }), timeout({ attemptMs: 100 })], { clock })
    const answer = calls.execute(async (context) => {
      if (context.attempt === 2) return 'value'
      context.progress('headers')
      await new Promise<void>((resolve) => clock.setTimer(200, resolve))
      context.progress('content')
      return 'too late'
    })
    await clock.run()
    expect(await answer).toBe('value')
    expect(log).toEqual(['outer enter', 'outer headers', 'outer leave success', 'outer release'])
  })

  test('a time limit behind a line begins when the line has been left', async () => {
    const clock = new VirtualClock()
    const calls = pipeline([bulkhead({ maxConcurrency: 1 }), timeout({ attemptMs: 1000 })], { clock })
    const recording = recordEvents(calls)
    const first = calls.execute(scriptedOperation([{ value: 'first', afterMs: 900 }]))
    const second = calls.execute(scriptedOperation([{ value: 'second', afterMs: 900 }]))
    const third = ended(calls.execute(scriptedOperation([{ hang: true }])))
    await clock.run()
    expect(await Promise.all([first, second])).toEqual(['first', 'second'])
    expect(await third).toMatchObject({ phase: 'attempt' })
    expect(recording.timeline('attempt.started', 'timeout.exceeded')).toEqual([
      '0 attempt.started',
      '900 attempt.started',
      '1800 attempt.started',
      '2800 timeout.exceeded',
    ])
  })
})

describe('what is abandoned', () => {
  // trap: deaf-operations
  test('frees its caller at once, is released when it has really ended, and its late value is dropped', async () => {
    const clock = new VirtualClock()
    const log: string[] = []
    const calls = pipeline([spyGate('a', log), timeout({ attemptMs: 1000 })], { clock })
    const recording = recordEvents(calls)
    const answer = ended(calls.execute(scriptedOperation([{ value: 1, afterMs: 5000, deaf: true }])))
    await clock.advance(1000)
    expect(await answer).toMatchObject({ name: 'TimeoutExceededError', phase: 'attempt' })
    expect(log).toEqual(['a enter', 'a leave transient'])
    await clock.advance(3999)
    expect(log).toHaveLength(2)
    await clock.advance(1)
    expect(log.at(-1)).toBe('a release')
    expect(recording.timeline('attempt.completed', 'attempt.orphaned', 'call.completed')).toEqual([
      '1000 attempt.completed',
      '1000 call.completed',
      '1100 attempt.orphaned',
    ])
  })

  // trap: deaf-operations
  test('a late rejection is dropped as quietly', async () => {
    const clock = new VirtualClock()
    const log: string[] = []
    const calls = pipeline([spyGate('a', log), timeout({ attemptMs: 1000 })], { clock })
    const answer = ended(calls.execute(scriptedOperation([{ error: new Error('late'), afterMs: 5000, deaf: true }])))
    await clock.run()
    expect(await answer).toMatchObject({ phase: 'attempt' })
    expect(log.at(-1)).toBe('a release')
    expect(clock.pending).toBe(0)
  })

  test('is no orphan when it hears the signal, and then nothing is left to watch', async () => {
    const clock = new VirtualClock()
    const calls = pipeline([timeout({ attemptMs: 1000 })], { clock })
    const recording = recordEvents(calls)
    const answer = ended(calls.execute(scriptedOperation([{ hang: true }])))
    await clock.advance(1000)
    await answer
    await clock.advance(1000)
    expect(recording.timeline('attempt.orphaned')).toEqual([])
    expect(clock.pending).toBe(0)
  })

  test('watching for orphans keeps no process alive', async () => {
    const clock = new VirtualClock()
    const calls = pipeline([timeout({ attemptMs: 1000 })], { clock })
    recordEvents(calls)
    const answer = ended(calls.execute(scriptedOperation([{ hang: true, deaf: true }])))
    await clock.advance(1000)
    await answer
    expect(clock.pending).toBe(0)
  })

  // trap: orphans-keep-places
  test('holds also the places of gates outside a retry', async () => {
    const clock = new VirtualClock()
    const log: string[] = []
    const calls = pipeline([spyGate('outer', log), retry({ maxAttempts: 2 }), timeout({ attemptMs: 100 })], { clock })
    const operation = scriptedOperation([{ value: 'orphan', afterMs: 10_000, deaf: true }, { value: 'answer' }])
    const answer = calls.execute(operation)
    await clock.advance(5000)
    expect(await answer).toBe('answer')
    expect(log).toEqual(['outer enter', 'outer leave success'])
    await clock.run()
    expect(log.at(-1)).toBe('outer release')
  })
})
