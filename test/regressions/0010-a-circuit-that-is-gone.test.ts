import { circuitBreaker, ConsecutiveBreaker, pipeline } from '@spillway/core'
import { instrument } from '@spillway/opentelemetry'
import { expect, it, onTestFinished } from 'vitest'
import { startSdk } from '../opentelemetry/sdk.ts'

// An SDK goes on exporting the last value of what nobody observes: the alert on an open circuit never ended.
it('does not leave the circuit of a pipeline open that was disposed of while it was', async () => {
  const { providers, flush, receiver } = await startSdk()
  const open = async (): Promise<unknown[]> => {
    await flush()
    return receiver
      .points()
      .filter(
        ({ metric, attributes }) =>
          metric === 'spillway.circuit.state' && attributes['spillway.circuit.state'] === 'open',
      )
      .map(({ value }) => value)
  }
  const calls = pipeline([circuitBreaker({ breaker: () => new ConsecutiveBreaker(1) })])
  onTestFinished(instrument(calls, providers))
  await calls.execute(() => Promise.reject(new Error('busy'))).catch(() => {})
  expect(await open()).toEqual([1])
  calls.dispose()
  expect(await open()).toEqual([0])
})
