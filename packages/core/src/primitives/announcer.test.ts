import { describe, expect, test } from 'vitest'
import { pipeline, type Gate, type PipelineEvent } from '../index.ts'
import { recordEvents, VirtualClock } from '../testing.ts'
import { Announcer } from './announcer.ts'

interface SwitchThrown extends PipelineEvent {
  readonly type: 'switch.thrown'
}

const setup = () => {
  const announcer = new Announcer()
  const gate: Gate = { name: 'switch', enter: (context) => announcer.meet(context) as undefined, leave() {} }
  const clock = new VirtualClock()
  const calls = pipeline([gate], { clock, name: 'with a switch' })
  const thrown = () => announcer.announce<SwitchThrown>({ type: 'switch.thrown' })
  return { announcer, gate, clock, calls, thrown, recording: recordEvents(calls) }
}

describe('Announcer', () => {
  test('tells at once what happens between calls, without a call', async () => {
    const { clock, calls, thrown, recording } = setup()
    await calls.execute(async () => 1)
    await clock.advance(500)
    thrown()
    expect(recording.events.at(-1)).toEqual({ type: 'switch.thrown', at: 500, pipeline: 'with a switch' })
  })

  test('tells what happened before the first call when that one comes, once', async () => {
    const { announcer, calls, thrown, recording } = setup()
    thrown()
    expect([recording.events.length, announcer.origin]).toEqual([0, undefined])
    for (let i = 0; i < 2; i++) await calls.execute(async () => 1)
    expect(recording.events.filter(({ type }) => (type as string) === 'switch.thrown')).toHaveLength(1)
  })

  test('keeps a bounded number while nobody has called', async () => {
    const { calls, thrown, recording } = setup()
    for (let i = 0; i < 5000; i++) thrown()
    await calls.execute(async () => 1)
    expect(recording.events.filter(({ type }) => (type as string) === 'switch.thrown')).toHaveLength(1000)
  })

  test('of several pipelines tells the one that called last', async () => {
    const { gate, calls, thrown, recording } = setup()
    const other = pipeline([gate], { name: 'other' })
    const others = recordEvents(other)
    await calls.execute(async () => 1)
    await other.execute(async () => 1)
    thrown()
    expect([recording.events.at(-1)?.type, others.events.at(-1)?.type]).toEqual(['call.completed', 'switch.thrown'])
  })
})
