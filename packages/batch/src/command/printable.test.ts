import { fc, test } from '@fast-check/vitest'
import { describe, expect, it } from 'vitest'
import { printable } from './printable.ts'

describe('what is printed', () => {
  it.each([
    ['\x1b[31mred\x1b[0m', 'red'],
    ['\x1b]8;;http://evil.example\x07click\x1b]8;;\x07', 'click'],
    ['\x1b]0;title\x1b\\text', 'text'],
    ['\x9b2Jgone', 'gone'],
    ['\x1b]52;c;c2VjcmV0\x07clip', 'clip'],
    ['\x1bPq#0\x1b\\sixel', 'sixel'],
    ['safe\u202egnp.exe', 'safegnp.exe'],
    ['a\u2066b\u2069c\u200fd', 'abcd'],
    ['two\r\nlines\tand\u2028more', 'two lines and more'],
    ['bell\x07, backspace\b, nul\0', 'bell, backspace, nul'],
    ['苍鹭 at dawn 👩‍🎨', '苍鹭 at dawn 👩‍🎨'],
    ['unfinished \x1b]8;;http://x', 'unfinished '],
    ['\x1b', ''],
  ])('%j becomes %j', (text, shown) => {
    expect(printable(text)).toBe(shown)
  })

  test.prop([fc.string({ unit: 'binary', maxLength: 200 })])('has no control character, whatever comes', (text) => {
    expect(printable(text)).not.toMatch(/[\p{Cc}\u202a-\u202e\u2066-\u2069\u2028\u2029]/u)
  })

  it('takes a megabyte of half sequences in no time', () => {
    const startedAt = performance.now()
    printable('\x1b]'.repeat(500_000))
    printable(`\x1b[${'1;'.repeat(500_000)}`)
    expect(performance.now() - startedAt).toBeLessThan(2000)
  })
})
