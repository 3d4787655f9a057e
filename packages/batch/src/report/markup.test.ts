import { test as check, fc } from '@fast-check/vitest'
import { describe, expect, test } from 'vitest'
import { markup, render, trusted } from './markup.ts'

const shown = (text: string): string => render(markup`${text}`)

describe('text', () => {
  test.each([
    ['<script>alert(1)</script>', '&lt;script&gt;alert(1)&lt;/script&gt;'],
    [`" onerror='alert(1)`, '&quot; onerror=&#39;alert(1)'],
    ['&lt;', '&amp;lt;'],
    ['\u0000\u0007\u001b[31m\u007f\u009b', '␀␇␛[31m␡\ufffd'],
    ['abc\u202egpj.exe', 'abc[U+202E]gpj.exe'],
    ['a\u200bb\ufeff', 'a[U+200B]b[U+FEFF]'],
    ['\u{e0041}', '[U+E0041]'],
    ['one\r\ntwo\tthree\rfour', 'one\ntwo\tthree␍four'],
    ['\ud800 lone', '\ufffd lone'],
    ['👩‍🚀 שלום', '👩‍🚀 שלום'],
  ])('%j is shown as %j', (text, expected) => {
    expect(shown(text)).toBe(expected)
  })

  check.prop([
    fc.string({
      unit: fc.oneof(
        fc.constantFrom('<', '>', '"', "'", '&', ';', '\u0000', '\u001b', '\u0085', '\u202e', '\u2066', '\ud800'),
        fc.string({ unit: 'binary', maxLength: 1 }),
      ),
      maxLength: 100,
    }),
  ])('has no way out of where it stands', (text) => {
    expect(shown(text)).not.toMatch(/[<>"']|[\p{Cc}--[\t\n]]|\p{Bidi_Control}/v)
  })
})

describe('markup', () => {
  test('is nested as it is, lists are joined, nothing is nothing', () => {
    const cells = ['a', '<b>'].map((cell) => markup`<td>${cell}</td>`)
    expect(render(markup`<tr>${cells}${false}${undefined}${0}</tr>`)).toBe('<tr><td>a</td><td>&lt;b&gt;</td>0</tr>')
    expect(render(markup`${trusted('<i>')}`)).toBe('<i>')
  })

  test('cannot come from data', () => {
    const forged = JSON.parse('{"Symbol(markup)":"<script>"}') as never
    expect(() => render(markup`${forged}`)).not.toThrow()
    expect(render(markup`${forged}`)).not.toContain('<script>')
  })
})
