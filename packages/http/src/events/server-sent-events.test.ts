import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createEventParser, type ServerSentEvent } from './server-sent-events.ts'

const encoder = new TextEncoder()

const parse = (...chunks: readonly Uint8Array[]): ServerSentEvent[] => {
  const parser = createEventParser()
  return [...chunks.flatMap((chunk) => parser.feed(chunk)), ...parser.end()]
}
const parseText = (text: string): ServerSentEvent[] => parse(encoder.encode(text))
const data = (text: string): string[] => parseText(text).map((event) => event.data)

describe('after the standard', () => {
  test.for(['\n', '\r', '\r\n'])('lines end with %j', (end) => {
    expect(parseText(`event: a${end}data: 1${end}data: 2${end}${end}data: 3${end}${end}`)).toEqual([
      { event: 'a', data: '1\n2' },
      { event: '', data: '3' },
    ])
  })

  test('comments and unknown fields are nothing', () => {
    expect(data(': hello\n\nid: 1\nretry: 5\n\n: x\ndata: 1\n\n')).toEqual(['1'])
  })

  test('one space after the colon is no part of the value, a second one is', () => {
    expect(data('data:1\n\ndata: 1\n\ndata:  1\n\ndata\n\n')).toEqual(['1', '1', ' 1', ''])
  })

  test('a byte order mark is skipped', () => {
    expect(data('\u{feff}data: 1\n\n')).toEqual(['1'])
  })

  test('an event name does not outlive its block', () => {
    expect(parseText('event: a\n\ndata: 1\n\n')).toEqual([{ event: '', data: '1' }])
  })

  test('the last event may lack its empty line', () => {
    expect(data('data: 1\n\ndata: 2')).toEqual(['1', '2'])
  })
})

describe('wherever the bytes are cut', () => {
  const line = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 20 }).map((text) => `data: ${text.replaceAll(/[\r\n]/g, '')}`),
    fc.constantFrom('event: delta', ': heartbeat', 'data:', 'data: 😀é漢', '', 'id: 7', 'data'),
  )
  const end = fc.constantFrom('\n', '\r', '\r\n')
  const stream = fc
    .array(fc.tuple(line, end), { maxLength: 30 })
    .map((lines) => encoder.encode(lines.map(([text, stop]) => text + stop).join('')))

  test('any split gives the same events', () => {
    fc.assert(
      fc.property(stream, fc.array(fc.nat({ max: 400 }), { maxLength: 12 }), (bytes, cuts) => {
        const at = [0, ...cuts.filter((cut) => cut < bytes.length).toSorted((a, b) => a - b), bytes.length]
        const chunks = at.slice(1).map((to, i) => bytes.subarray(at[i], to))
        expect(parse(...chunks)).toEqual(parse(bytes))
      }),
    )
  })

  test('one byte at a time too', () => {
    fc.assert(
      fc.property(stream, (bytes) => {
        const single = Array.from(bytes, (_, i) => bytes.subarray(i, i + 1))
        expect(parse(...single)).toEqual(parse(bytes))
      }),
    )
  })

  test('an event of five megabytes in small chunks is read in linear time', () => {
    const bytes = encoder.encode(`data: ${'x'.repeat(5_000_000)}\n\n`)
    const parser = createEventParser()
    const startedAt = performance.now()
    let events = 0
    for (let at = 0; at < bytes.length; at += 1000) events += parser.feed(bytes.subarray(at, at + 1000)).length
    expect(events).toBe(1)
    expect(performance.now() - startedAt).toBeLessThan(5000)
  })
})
