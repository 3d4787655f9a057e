import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { AnswerTooLargeError } from '../response/answer-too-large-error.ts'
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
    fc.constantFrom('\u{feff}data: mark', 'event: delta', ': heartbeat', 'data:', 'data: 😀é漢', '', 'id: 7', 'data'),
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

  /** As the standard says it: decode all, cut into lines, read them. */
  const reference = (bytes: Uint8Array): ServerSentEvent[] => {
    const events: ServerSentEvent[] = []
    let event = ''
    let lines: string[] = []
    for (const text of [...new TextDecoder().decode(bytes).split(/\r\n|\r|\n/), '', '']) {
      const [, field, value = ''] = /^([^:]*)(?:: ?([^]*))?$/.exec(text) ?? []
      if (text === '') {
        if (lines.length > 0) events.push({ event, data: lines.join('\n') })
        event = ''
        lines = []
      } else if (field === 'data') lines.push(value)
      else if (field === 'event') event = value
    }
    return events
  }

  test('bytes of any kind, cut anywhere, are read as the standard says', () => {
    const bytes = fc.oneof(
      stream,
      fc.uint8Array({ maxLength: 200 }),
      // Lines, a mark, and the bytes of characters that are cut: everything that can go wrong at once.
      fc
        .array(fc.constantFrom(0x0a, 0x0d, 0x3a, 0x20, 0xef, 0xbb, 0xbf, 0xf0, 0x9f, 0x98, 0x80), { maxLength: 60 })
        .map(
          (tail) => new Uint8Array([...encoder.encode('\u{feff}data: '), ...tail, ...encoder.encode('\ndata: 1\n\n')]),
        ),
    )
    fc.assert(
      fc.property(bytes, fc.integer({ min: 1, max: 7 }), (all, size) => {
        const chunks: Uint8Array[] = []
        for (let at = 0; at < all.length; at += size) chunks.push(all.subarray(at, at + size), new Uint8Array())
        expect(parse(...chunks)).toEqual(reference(all))
      }),
      { numRuns: 500 },
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

  test('a million bytes, one at a time, take no longer', () => {
    const parser = createEventParser()
    const byte = encoder.encode('x')
    parser.feed(encoder.encode('data: '))
    const startedAt = performance.now()
    for (let i = 0; i < 1_000_000; i++) parser.feed(byte)
    expect(parser.feed(encoder.encode('\n\n'))[0]?.data).toHaveLength(1_000_000)
    expect(performance.now() - startedAt).toBeLessThan(5000)
  })
})

describe('an event that is too long', () => {
  const tooLong = (...texts: string[]): void => {
    const parser = createEventParser(100)
    for (const text of texts) parser.feed(encoder.encode(text))
  }

  test('fails: a line without end, and lines without an empty one', () => {
    expect(() => tooLong(`data: ${'x'.repeat(100)}`)).toThrow(AnswerTooLargeError)
    expect(() => tooLong('data: ', ...Array.from({ length: 20 }, () => 'x'.repeat(10)))).toThrow(AnswerTooLargeError)
    expect(() => tooLong(...Array.from({ length: 20 }, () => 'data: x\n'), 'data: ')).toThrow(AnswerTooLargeError)
  })

  test('is not one of many short ones, nor a comment beside it', () => {
    tooLong(...Array.from({ length: 100 }, () => 'data: 12345\n\n'))
    tooLong(...Array.from({ length: 100 }, () => ': heartbeat\n'), 'data: 1\n\n')
  })
})
