import { fc, test as property } from '@fast-check/vitest'
import { expect, test } from 'vitest'
import { imageName, slugOf } from './image-name.ts'

test.each([
  ['A red fox, curled up!', 'a-red-fox-curled-up'],
  ["dew on a spider's web", 'dew-on-a-spiders-web'],
  ['Ñandúes corriendo', 'ñandúes-corriendo'],
  ['霧の中の赤い鳥居、水墨画', '霧の中の赤い鳥居-水墨画'],
  ['हाथी पर बैठा', 'हाथी-पर-बैठा'],
  ['../../etc/passwd', 'etc-passwd'],
  ['🦊 + 🌙 = ?', 'image'],
  ['\u001B[31mred', '31mred'],
])('the words of %j become %j', (prompt, slug) => {
  expect(slugOf(prompt)).toBe(slug)
})

test('a long prompt is cut between two letters, whatever they are made of', () => {
  expect(slugOf('x'.repeat(500))).toHaveLength(60)
  expect(slugOf('한'.repeat(500).normalize('NFD'))).toBe('한'.repeat(20))
  expect(Buffer.byteLength(slugOf('का'.repeat(500)))).toBe(60)
})

test('an image is named by its place and its words', () => {
  expect(imageName({ number: 7, prompt: 'A paper crane' }, 80, 'png')).toBe('007-a-paper-crane.png')
  expect(imageName({ number: 7, prompt: 'A paper crane' }, 12_000, 'jpg')).toBe('00007-a-paper-crane.jpg')
})

property.prop([fc.string({ unit: 'grapheme', maxLength: 300 })])(
  'any prompt gives a name that every file system takes',
  (prompt) => {
    const name = imageName({ number: 1, prompt }, 80, 'png')
    expect(Buffer.byteLength(name)).toBeLessThan(100)
    expect(name).toMatch(/^001-[\p{L}\p{N}\p{M}-]+\.png$/u)
    expect(name.isWellFormed()).toBe(true)
  },
)
