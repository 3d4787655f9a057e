import { context, createContextKey, logs, metrics, trace } from '@opentelemetry/api'
import { InvalidOptionsError, pipeline } from '@spillway/core'
import { instrument, registerSpillway } from '@spillway/opentelemetry'
import { describe, expect, onTestFinished, test } from 'vitest'
import { startSdk, type Sdk } from './sdk.ts'

const named = async ({ flush, receiver }: Sdk): Promise<string[]> => {
  await flush()
  return receiver
    .spans()
    .map(({ name }) => name)
    .filter((name) => name.startsWith('spillway.call'))
}
const one = async (): Promise<number> => 1

describe('without an SDK', () => {
  test('nobody listens to a pipeline and nothing is around its operation; an SDK that comes later gets the next call', async () => {
    onTestFinished(registerSpillway())
    const listening: boolean[] = []
    const operations: unknown[] = []
    const look = {
      name: 'look',
      enter({ call }: { call: { listening: boolean; operation: unknown } }): undefined {
        listening.push(call.listening)
        operations.push(call.operation)
      },
      leave() {},
    }
    const calls = pipeline([look], { name: 'late' })
    await calls.execute(one)
    expect([listening, operations]).toEqual([[false], [one]])

    const sdk = await startSdk()
    trace.setGlobalTracerProvider(sdk.providers.tracerProvider)
    logs.setGlobalLoggerProvider(sdk.providers.loggerProvider)
    onTestFinished(() => {
      trace.disable()
      metrics.disable()
      logs.disable()
    })
    await calls.execute(() => Promise.reject(new Error('x'))).catch(() => {})
    // Metrics may come later still.
    metrics.setGlobalMeterProvider(sdk.providers.meterProvider)
    await calls.execute(one)
    expect(await named(sdk)).toEqual(['spillway.call late', 'spillway.call late'])
    expect(sdk.receiver.logs().map(({ name }) => name)).toEqual(['spillway.call.completed'])
    expect(sdk.receiver.points().find(({ metric }) => metric === 'spillway.call.duration')?.count).toBe(1)
  })
})

describe('registerSpillway', () => {
  test('finds pipelines made earlier and later, tells of each once, and stops', async () => {
    const sdk = await startSdk()
    const earlier = pipeline([], { name: 'earlier' })
    const stop = registerSpillway(sdk.providers)
    onTestFinished(registerSpillway(sdk.providers))
    const later = pipeline([], { name: 'later' })
    onTestFinished(instrument(later, sdk.providers))
    await Promise.all([earlier.execute(one), later.execute(one)])
    expect((await named(sdk)).toSorted()).toEqual(['spillway.call earlier', 'spillway.call later'])
    stop()
    stop()
    await earlier.execute(one)
    expect(await named(sdk)).toHaveLength(2)
  })
})

describe('instrument', () => {
  test('tells of one pipeline and of no other, and stops', async () => {
    const sdk = await startSdk()
    const [told, silent] = [pipeline([], { name: 'told' }), pipeline([], { name: 'silent' })]
    const stop = instrument(told, sdk.providers)
    await Promise.all([told.execute(one), silent.execute(one)])
    stop()
    await told.execute(one)
    expect(await named(sdk)).toEqual(['spillway.call told'])
    instrument(told, sdk.providers)
    await told.execute(one)
    expect(await named(sdk)).toHaveLength(2)
  })

  test.each([
    [() => instrument(undefined as never), 'instrument.pipeline'],
    [() => instrument({} as never), 'pipelineOf(client)'],
    [() => instrument(pipeline([]), { tracer: {} } as never), 'instrument.tracer'],
    [() => registerSpillway({ tracerProvider: {} as never }), 'registerSpillway.tracerProvider'],
    [() => registerSpillway({ meterProvider: null as never }), 'registerSpillway.meterProvider'],
    [() => registerSpillway({ maxAttributeValues: 0 }), 'registerSpillway.maxAttributeValues'],
  ])('bad input is refused: %#', (call, message) => {
    expect(call).toThrow(InvalidOptionsError)
    expect(call).toThrow(message)
  })
})

test('of a call that telemetry makes itself nothing is told', async () => {
  const sdk = await startSdk()
  const calls = pipeline([], { name: 'exporting' })
  onTestFinished(instrument(calls, sdk.providers))
  const suppressed = context.active().setValue(createContextKey('OpenTelemetry SDK Context Key SUPPRESS_TRACING'), true)
  await context.with(suppressed, () => calls.execute(() => Promise.reject(new Error('refused'))).catch(() => {}))
  await sdk.flush()
  expect([sdk.receiver.spans(), sdk.receiver.logs()]).toEqual([[], []])
  expect(sdk.receiver.points().filter(({ metric }) => metric === 'spillway.call.duration')).toEqual([])
  await calls.execute(one)
  expect(await named(sdk)).toEqual(['spillway.call exporting'])
})

test('traces alone, metrics alone and logs alone are each enough', async () => {
  const { tracerProvider, meterProvider, loggerProvider } = (await startSdk()).providers
  for (const provider of [{ tracerProvider }, { meterProvider }, { loggerProvider }]) {
    const calls = pipeline([], { name: 'alone' })
    const stop = instrument(calls, provider)
    expect(await calls.execute(one)).toBe(1)
    stop()
  }
  const sdk = await startSdk()
  const calls = pipeline([], { name: 'measured' })
  onTestFinished(instrument(calls, { meterProvider: sdk.providers.meterProvider }))
  await calls.execute(one)
  expect(await named(sdk)).toEqual([])
  expect(sdk.receiver.points().find(({ metric }) => metric === 'spillway.call.duration')?.count).toBe(1)
})
