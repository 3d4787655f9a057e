import { describe, expect, test } from 'vitest'
import { InvalidOptionsError, pipeline, retry } from '../index.ts'
import type { SpillwayEvent } from '../index.ts'
import { settle } from '../testing.ts'
import { EventSource } from './event-source.ts'

/** Events that are told apart by their name alone. */
const publish = (source: EventSource, ...types: string[]): void => {
  for (const type of types) source.publish({ type, at: 0, pipeline: 'test' } as SpillwayEvent)
}

const listen = (source: EventSource, prefix: string, log: string[]): void => {
  source.subscribe(({ type }) => log.push(`${prefix}${type}`))
}

describe('listeners', () => {
  test('all hear the same order although one of them causes the next event', () => {
    const source = new EventSource()
    const log: string[] = []
    source.subscribe(({ type }) => {
      if ((type as string) === 'a') publish(source, 'b')
    })
    listen(source, '1', log)
    listen(source, '2', log)
    publish(source, 'a', 'c')
    expect(log).toEqual(['1a', '2a', '1b', '2b', '1c', '2c'])
  })

  // trap: late-listeners
  test('one that joins while an event is told hears from the next one on', () => {
    const source = new EventSource()
    const log: string[] = []
    let joined = false
    source.subscribe(() => {
      if (!joined) listen(source, 'late ', log)
      joined = true
    })
    publish(source, 'a', 'b')
    expect(log).toEqual(['late b'])
  })

  test('one that is removed while an event is told hears it no more', () => {
    const source = new EventSource()
    const log: string[] = []
    source.subscribe(() => second.unsubscribe())
    const second = source.subscribe(({ type }) => log.push(type))
    publish(source, 'a')
    expect(log).toEqual([])
  })

  // trap: hooks-change-nothing
  test('one that throws hurts no other, and is told once for each throw', () => {
    const source = new EventSource()
    const log: string[] = []
    source.subscribe(() => {
      throw new TypeError('broken listener')
    })
    source.subscribe((event) =>
      log.push(event.type === 'diagnostic.reported' ? `${event.source} ${event.errorName}` : event.type),
    )
    publish(source, 'a', 'b')
    expect(log).toEqual(['a', 'listener TypeError', 'b', 'listener TypeError'])
  })

  test('an async one that rejects ends no process, and is told as well', async () => {
    const source = new EventSource()
    const log: string[] = []
    // oxlint-disable-next-line typescript/no-misused-promises -- what the types forbid happens all the same
    source.subscribe(async ({ type }) => {
      await settle()
      if (type !== 'diagnostic.reported') throw new TypeError('broken listener')
    })
    listen(source, '', log)
    publish(source, 'a')
    await settle()
    await settle()
    expect(log).toEqual(['a', 'diagnostic.reported'])
  })

  // trap: hooks-change-nothing
  test('the outcome of a call does not depend on them', async () => {
    const calls = pipeline([retry()])
    let runs = 0
    calls.events.subscribe(() => {
      throw new Error('broken listener')
    })
    expect(await calls.execute(async () => ++runs)).toBe(1)
  })

  // trap: reentrant-listeners
  test('one that makes another call through the same pipeline hangs nobody', async () => {
    const calls = pipeline([retry()])
    const second = Promise.withResolvers<unknown>()
    let once = true
    calls.events.subscribe(({ type }) => {
      if (type !== 'attempt.completed' || !once) return
      once = false
      calls.execute(async () => 'second').then(second.resolve, second.reject)
    })
    expect(await calls.execute(async () => 'first')).toBe('first')
    expect(await second.promise).toBe('second')
  })

  test.each([undefined, null, 'text'])('what cannot listen is refused: %s', (observer) => {
    expect(() => new EventSource().subscribe(observer as never)).toThrow(InvalidOptionsError)
  })

  test('nothing is made while nobody listens', async () => {
    const source = new EventSource()
    expect(source.listening).toBe(false)
    const subscription = source.subscribe({})
    expect(source.listening).toBe(true)
    subscription.unsubscribe()
    subscription.unsubscribe()
    expect(source.listening).toBe(false)
  })
})

describe('the end', () => {
  test('is told once to everybody, to those who come later at once, and nothing follows', () => {
    const source = new EventSource()
    const log: string[] = []
    source.subscribe({
      complete() {
        throw new Error('broken listener')
      },
    })
    source.subscribe({ next: ({ type }) => log.push(type), complete: () => log.push('complete') })
    source.complete()
    source.complete()
    publish(source, 'a')
    source.subscribe({ complete: () => log.push('late complete') })
    expect(log).toEqual(['complete', 'late complete'])
    expect(source.listening).toBe(false)
  })

  test('comes after what was published before it, also when a listener causes it', () => {
    const source = new EventSource()
    const log: string[] = []
    source.subscribe(() => source.complete())
    source.subscribe({ next: ({ type }) => log.push(type), complete: () => log.push('complete') })
    publish(source, 'a')
    expect(log).toEqual(['a', 'complete'])
  })
})

describe('reading with for await', () => {
  test('gives every event in order, and ends when the pipeline is disposed of', async () => {
    const calls = pipeline([])
    const seen: string[] = []
    const reading = (async () => {
      for await (const { type } of calls.events) seen.push(type)
    })()
    await calls.execute(async () => 1)
    calls.dispose()
    await reading
    expect(seen).toEqual(['call.started', 'attempt.started', 'attempt.completed', 'call.completed'])
  })

  test('begins when the iterator is made', async () => {
    const source = new EventSource()
    const reader = source[Symbol.asyncIterator]()
    publish(source, 'a')
    expect(await reader.next()).toMatchObject({ value: { type: 'a' } })
  })

  test('a slow reader loses the oldest, and what it lost is counted', async () => {
    const source = new EventSource()
    const reader = source[Symbol.asyncIterator]()
    for (let i = 0; i < 10_005; i++) publish(source, String(i))
    expect(source.dropped).toBe(5)
    expect(((await reader.next()).value as SpillwayEvent).type).toBe('5')
    publish(source, 'one more')
    expect(source.dropped).toBe(5)
  })

  test('stops listening at a break', async () => {
    const source = new EventSource()
    const reading = (async () => {
      for await (const event of source) return event.type as string
      return 'none'
    })()
    publish(source, 'a')
    expect(await reading).toBe('a')
    expect(source.listening).toBe(false)
  })

  test('stops at once when the reader leaves while it waits', async () => {
    const source = new EventSource()
    const reader = source[Symbol.asyncIterator]()
    const waiting = reader.next()
    expect(await reader.return?.()).toEqual({ done: true, value: undefined })
    expect(await waiting).toEqual({ done: true, value: undefined })
    expect(await reader.next()).toEqual({ done: true, value: undefined })
    expect(source.listening).toBe(false)
  })
})

test('an interop observer is found under the name that RxJS looks for', () => {
  const source = new EventSource()
  expect(source['@@observable']()).toBe(source)
})

test('whoever has other events to tell has them told in the same way, and says how a listener failed', () => {
  type Told = { readonly type: 'lamp.lit' | 'diagnostic.reported'; readonly name: string }
  const source = new EventSource<Told>((name) => ({ type: 'diagnostic.reported', name }))
  const log: string[] = []
  source.subscribe(() => {
    throw new RangeError('secret')
  })
  source.subscribe(({ type, name }) => log.push(`${type} ${name}`))
  source.publish({ type: 'lamp.lit', name: 'red' })
  expect(log).toEqual(['lamp.lit red', 'diagnostic.reported RangeError'])
})
