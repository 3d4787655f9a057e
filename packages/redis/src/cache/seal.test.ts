import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { sealWith } from './seal.ts'

test('a sealed text can be read with its key and at its place, and nowhere else', () => {
  const key = randomBytes(32)
  const seal = sealWith(key)
  const sealed = seal.close('a lighthouse – 灯台', 'here')
  expect(seal.open(sealed, 'here')).toBe('a lighthouse – 灯台')
  expect(sealWith(key).open(sealed, 'here')).toBe('a lighthouse – 灯台')
  const refusal = /unable to authenticate/
  expect(() => seal.open(sealed, 'there')).toThrow(refusal)
  expect(() => sealWith(randomBytes(32)).open(sealed, 'here')).toThrow(refusal)
  expect(() => seal.open(sealed.slice(0, -8) + 'AAAAAAAA', 'here')).toThrow(refusal)
  expect(() => seal.open('', 'here')).toThrow(/./)
  expect(Buffer.from(sealed, 'base64').toString('latin1')).not.toContain('lighthouse')
})

test('the same text never looks the same', () => {
  const seal = sealWith(randomBytes(32))
  expect(seal.close('a', 'here')).not.toBe(seal.close('a', 'here'))
})
