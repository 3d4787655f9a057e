import { AsyncLocalStorage } from 'node:async_hooks'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { afterEach, describe, expect, test, vi } from 'vitest'
import {
  bulkhead,
  constantBackoff,
  createContextKey,
  InvalidOptionsError,
  pipeline,
  registerPlugin,
  retry,
  standardPipeline,
  timeout,
  type CallContext,
  type Pipeline,
  type Plugin,
  type PluginHooks,
} from '../index.ts'
import { recordEvents, scriptedOperation, settle, VirtualClock } from '../testing.ts'
import { knownPipelines } from './register-plugin.ts'

const made: (() => void)[] = []
/** Taken away again after the test: the process-wide ones would reach other tests. */
const register = (plugin: Plugin): (() => void) => {
  const unregister = registerPlugin(plugin)
  made.push(unregister)
  return unregister
}
afterEach(() => {
  for (const unregister of made.splice(0)) unregister()
})

const plugin = (hooks: PluginHooks, name = 'plugin'): Plugin => ({ name, attach: () => hooks })
const logging = (log: string[], name: string): Plugin =>
  plugin(
    {
      aroundCall(run) {
        log.push(`${name} call (`)
        run()
        log.push(`${name} )`)
      },
      aroundAttempt(run, { attempt }) {
        log.push(`${name} attempt ${attempt} (`)
        run()
        log.push(`${name} )`)
      },
    },
    name,
  )

describe('a plugin', () => {
  test('stands around the beginning of a call and each attempt, the first plugin outermost', async () => {
    const log: string[] = []
    const calls = pipeline([retry({ backoff: constantBackoff(0) })], {
      plugins: [logging(log, 'a'), logging(log, 'b')],
    })
    const operation = scriptedOperation([{ error: new Error('busy') }, { value: 1 }])
    await calls.execute((context) => {
      log.push(`run ${context.attempt}`)
      return operation(context)
    })
    expect(log.join(' ')).toBe(
      'a call ( b call ( a attempt 1 ( b attempt 1 ( run 1 b ) a ) b ) a ) a attempt 2 ( b attempt 2 ( run 2 b ) a )',
    )
  })

  test('gives the operation an async context of its own, through waits and retries', async () => {
    const clock = new VirtualClock()
    const span = new AsyncLocalStorage<string>()
    const seen: unknown[] = []
    const calls = pipeline(
      [retry({ backoff: constantBackoff(5) }), bulkhead({ maxConcurrency: 1 }), timeout({ attemptMs: 50 })],
      {
        clock,
        plugins: [plugin({ aroundAttempt: (run, { call, attempt }) => span.run(`${call.id}/${attempt}`, run) })],
      },
    )
    const answers = [1, 2].map(() =>
      calls.execute(async (context) => {
        await Promise.resolve()
        seen.push(span.getStore())
        if (context.attempt === 1) await context.sleep(100)
        seen.push(span.getStore())
      }),
    )
    await clock.run()
    await Promise.all(answers)
    expect(seen).toEqual(['1/1', '1/1', '2/1', '2/1', '1/2', '1/2', '2/2', '2/2'])
  })

  test('keeps what belongs to a call in the call', async () => {
    const key = createContextKey('span', '')
    const seen: string[] = []
    const calls = pipeline([retry()], {
      plugins: [
        plugin({
          aroundCall(run, call) {
            call.set(key, `span of ${call.call.id}`)
            run()
          },
          aroundAttempt(run, context) {
            seen.push(context.get(key))
            run()
          },
        }),
      ],
    })
    await Promise.all([calls.execute(async () => 1), calls.execute(async () => 2)])
    expect(seen).toEqual(['span of 1', 'span of 2'])
  })

  test('hears every event, and is told which pipeline it is at', async () => {
    const heard: string[] = []
    const attach = ({ name }: Pipeline<unknown>): PluginHooks => ({
      onEvent: ({ type }) => heard.push(`${name} ${type}`),
    })
    const options = { plugins: [{ name: 'p', attach }] }
    await pipeline([], { name: 'a', ...options }).execute(async () => 1)
    await standardPipeline({ name: 'b', ...options }).execute(async () => 1)
    expect(heard.filter((each) => each.endsWith('completed'))).toEqual([
      'a attempt.completed',
      'a call.completed',
      'b attempt.completed',
      'b call.completed',
    ])
  })

  test('is told when its pipeline is disposed of', () => {
    const detach = vi.fn<() => void>()
    const calls = pipeline([], { plugins: [plugin({ detach })] })
    calls.dispose()
    calls.dispose()
    expect(detach).toHaveBeenCalledOnce()
  })

  test('may leave a pipeline alone', async () => {
    expect(await pipeline([], { plugins: [{ name: 'p', attach: () => undefined }] }).execute(async () => 1)).toBe(1)
  })

  test('leaves an operation as it is where it has no hook for attempts', async () => {
    const operation = async (): Promise<number> => 1
    const seen: unknown[] = []
    const calls = pipeline([{ name: 'look', enter: ({ call }) => void seen.push(call.operation), leave() {} }], {
      plugins: [plugin({ onEvent() {} })],
    })
    await calls.execute(operation)
    expect(seen).toEqual([operation])
  })
})

describe('a plugin that misbehaves changes no outcome and is reported', () => {
  const boom = (): never => {
    throw new RangeError('boom')
  }
  test.each<[string, PluginHooks, string]>([
    ['throws before the call', { aroundCall: boom }, 'plugin.aroundCall RangeError'],
    ['throws before the attempt', { aroundAttempt: boom }, 'plugin.aroundAttempt RangeError'],
    ['throws after the attempt', { aroundAttempt: (run) => (run(), boom()) }, 'plugin.aroundAttempt RangeError'],
    ['never runs the call', { aroundCall() {} }, 'plugin.aroundCall DidNotRunError'],
    ['never runs the attempt', { aroundAttempt() {} }, 'plugin.aroundAttempt DidNotRunError'],
    [
      'throws at an event',
      { onEvent: ({ type }) => (type === 'call.started' ? boom() : undefined) },
      'listener RangeError',
    ],
  ])('%s', async (_, hooks, diagnostic) => {
    const calls = pipeline([], { plugins: [plugin(hooks)] })
    const { events } = recordEvents(calls)
    const operation = scriptedOperation([{ value: 'fine' }, { error: new Error('its own') }])
    expect(await calls.execute(operation)).toBe('fine')
    await expect(calls.execute(operation)).rejects.toThrow('its own')
    expect(operation.runs).toBe(2)
    const said = events.flatMap((each) =>
      each.type === 'diagnostic.reported' ? [`${each.source} ${each.errorName}`] : [],
    )
    expect(said).toEqual([diagnostic, diagnostic])
  })

  test('runs the call twice', async () => {
    const twice = (run: () => void): void => {
      run()
      run()
    }
    const operation = scriptedOperation([{ value: 'fine' }])
    const calls = pipeline([], { plugins: [plugin({ aroundCall: twice, aroundAttempt: twice })] })
    expect(await calls.execute(operation)).toBe('fine')
    expect(operation.runs).toBe(1)
  })

  test('takes away what the operation throws at once', async () => {
    const swallow = (run: () => void): void => {
      try {
        run()
      } catch {
        throw new Error('the plugin saw it')
      }
    }
    const calls = pipeline([], { plugins: [plugin({ aroundAttempt: swallow })] })
    await expect(
      calls.execute(() => {
        throw new Error('its own')
      }),
    ).rejects.toThrow('its own')
  })

  test('cannot be attached', async () => {
    const calls = pipeline([], { plugins: [{ name: 'bad', attach: boom }, plugin({ detach: boom }, 'worse')] })
    const { events } = recordEvents(calls)
    await settle()
    expect(events).toMatchObject([{ type: 'diagnostic.reported', source: 'bad.attach', errorName: 'RangeError' }])
    expect(() => calls.dispose()).not.toThrow()
  })

  test.each([
    [{ plugins: {} }, 'pipeline.plugins'],
    [{ plugins: [{}] }, 'pipeline.plugins[0]'],
  ])('is none: %o', (options, option) => {
    expect(() => pipeline([], options as never)).toThrow(InvalidOptionsError)
    expect(() => pipeline([], options as never)).toThrow(option)
    expect(() => registerPlugin({ name: 'x' } as never)).toThrow('registerPlugin.plugin')
  })
})

describe('a plugin of the process', () => {
  const counting = (): { plugin: Plugin; names: string[]; attempts: CallContext[] } => {
    const names: string[] = []
    const attempts: CallContext[] = []
    const aroundAttempt = (run: () => void, context: CallContext): void => {
      attempts.push(context)
      run()
    }
    const attach = ({ name }: Pipeline<unknown>): PluginHooks => {
      names.push(name)
      return { aroundAttempt, onEvent() {} }
    }
    return { plugin: { name: 'counting', attach }, names, attempts }
  }

  test('reaches pipelines made earlier and later, once each', async () => {
    const { plugin: counted, names, attempts } = counting()
    const earlier = pipeline([], { name: 'plugin.test earlier' })
    register(counted)
    register(counted)
    const later = pipeline([], { name: 'plugin.test later', plugins: [counted] })
    await Promise.all([earlier.execute(async () => 1), later.execute(async () => 1)])
    expect(names.filter((name) => name.startsWith('plugin.test'))).toEqual(['plugin.test earlier', 'plugin.test later'])
    expect(attempts).toHaveLength(2)
  })

  test('leaves them all when it is taken away', async () => {
    const { plugin: counted, attempts } = counting()
    const calls = pipeline([])
    const unregister = register(counted)
    await calls.execute(async () => 1)
    unregister()
    unregister()
    await calls.execute(async () => 2)
    await pipeline([]).execute(async () => 3)
    expect(attempts).toHaveLength(1)
  })

  test('does not come to a pipeline that was disposed of', () => {
    const { plugin: counted, names } = counting()
    pipeline([], { name: 'plugin.test over' }).dispose()
    register(counted)
    expect(names).not.toContain('plugin.test over')
  })

  test('keeps no pipeline alive', async () => {
    setFlagsFromString('--expose-gc')
    const gc = runInNewContext('gc') as () => void
    register(plugin({ aroundCall: (run) => run(), aroundAttempt: (run) => run(), onEvent() {} }))
    const ended: WeakRef<Pipeline>[] = []
    for (let i = 0; i < 2000; i++) {
      const calls = pipeline([retry()], { name: 'plugin.test short life' })
      if (i % 100 === 0) ended.push(new WeakRef(calls))
      if (i % 50 === 0) {
        await calls.execute(async () => 1)
        await settle()
        gc()
      }
    }
    await settle()
    gc()
    expect(ended.filter((each) => each.deref() !== undefined).length).toBeLessThanOrEqual(1)
    expect(knownPipelines()).toBeLessThan(500)
  })
})
