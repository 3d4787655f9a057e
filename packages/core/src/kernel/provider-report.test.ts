import { expect, test } from 'vitest'
import { failover, pipeline, type Gate, type ProviderReport } from '../index.ts'
import { recordEvents, settle } from '../testing.ts'

const hearing = (name: string, heard: unknown[]): Gate => ({
  name,
  enter: () => undefined,
  leave() {},
  providerSaid: (context, report) => void heard.push([name, context.endpoint?.name, report]),
})

test('what the provider said reaches every gate on the way out, until the attempt is over', async () => {
  const heard: unknown[] = []
  const broken: Gate = {
    name: 'broken',
    enter: () => undefined,
    leave() {},
    providerSaid() {
      throw new RangeError('no')
    },
  }
  const calls = pipeline([
    hearing('outer', heard),
    failover({ endpoints: [{ name: 'a' }] }),
    broken,
    hearing('inner', heard),
  ])
  const recording = recordEvents(calls)
  const report: ProviderReport = { usage: { tokens: 3 } }
  let late = (): void => {}
  await calls.execute(async (context) => {
    context.providerSaid(report)
    late = () => context.providerSaid({ usage: { tokens: 4 } })
  })
  late()
  expect(heard).toEqual([
    ['inner', 'a', report],
    ['outer', 'a', report],
  ])
  expect(recording.events.find(({ type }) => type === 'diagnostic.reported')).toMatchObject({
    source: 'broken.providerSaid',
    errorName: 'RangeError',
  })
})

test('what was abandoned is heard until its work has ended', async () => {
  const heard: unknown[] = []
  const calls = pipeline([hearing('gate', heard)])
  const caller = new AbortController()
  let end = (): void => {}
  const work = new Promise<void>((resolve) => (end = resolve))
  let late = (): void => {}
  const call = calls.execute(async (context) => {
    caller.abort('gone')
    late = () => context.providerSaid({ usage: { tokens: 4 } })
    await work
    context.providerSaid({ usage: { tokens: 3 } })
  }, caller)
  await call.catch(() => {})
  end()
  await settle()
  late()
  expect(heard).toEqual([['gate', undefined, { usage: { tokens: 3 } }]])
})
