import { fc, test as property } from '@fast-check/vitest'
import { expect, test } from 'vitest'
import { FileNames, fileName } from './file-name.ts'

const nameOf = (id: string, prompt = 'a fox'): string => new FileNames().nameOf({ id, prompt })

test.each([
  ['7', 'A red fox, curled up!', '0007-a-red-fox-curled-up'],
  ['123456', "dew on a spider's web", '123456-dew-on-a-spiders-web'],
  ['cat_01', 'Ñandúes corriendo', 'cat_01-ñandúes-corriendo'],
  ['a', '霧の中の赤い鳥居、水墨画', 'a-霧の中の赤い鳥居-水墨画'],
  ['a', 'हाथी पर बैठा', 'a-हाथी-पर-बैठा'],
  ['../../etc/passwd', '../../etc/passwd', 'etc-passwd-etc-passwd'],
  ['..', '🦊 + 🌙 = ?', 'item-image'],
  ['CON', 'con', 'CON-con'],
  ['aux.txt', 'nul', 'aux-txt-nul'],
  ['.hidden', 'x', 'hidden-x'],
  ['-rf', 'x', 'rf-x'],
  ['a\\b:c*d?"<>|', 'x', 'a-b-c-d-x'],
])('%j with the prompt %j becomes %j', (id, prompt, name) => {
  expect(nameOf(id, prompt)).toBe(name)
})

test('what is long is cut between two letters, whatever they are made of', () => {
  expect(nameOf('x'.repeat(256), 'y'.repeat(500))).toBe(`${'x'.repeat(80)}-${'y'.repeat(60)}`)
  expect(nameOf('1', '한'.repeat(500).normalize('NFD'))).toBe(`0001-${'한'.repeat(20)}`)
})

test('names that a file system takes for the same are told apart', () => {
  const names = new FileNames(['0001-a-fox'])
  expect(names.nameOf({ id: '1', prompt: 'a fox' })).toBe('0001-a-fox~2')
  expect(names.nameOf({ id: 'Straße', prompt: 'x' })).toBe('Straße-x')
  expect(names.nameOf({ id: 'STRASSE', prompt: 'x' })).toBe('STRASSE-x~2')
  expect(names.nameOf({ id: 'e\u0301', prompt: 'x' })).toBe('é-x')
  expect(names.nameOf({ id: '\u00C9', prompt: 'x' })).toBe('É-x~2')
})

test('several pictures of an item are numbered, one is not', () => {
  expect(fileName('0001-a-fox', 0, 1, 'png')).toBe('0001-a-fox.png')
  expect(fileName('0001-a-fox', 1, 2, 'webp')).toBe('0001-a-fox_2.webp')
})

const anything = fc.string({ unit: 'binary', minLength: 1, maxLength: 200 })
property.prop([fc.array(fc.record({ id: anything, prompt: anything }), { maxLength: 30 })])(
  'any ids and prompts give names that every file system takes, all of them different',
  (items) => {
    const names = new FileNames()
    const given = items.map((item) => fileName(names.nameOf(item), 0, 1, 'png'))
    for (const name of given) {
      expect(Buffer.byteLength(name)).toBeLessThan(180)
      expect(name).toMatch(/^[\p{L}\p{N}\p{M}_][\p{L}\p{N}\p{M}_~-]*\.png$/u)
      expect(name.isWellFormed()).toBe(true)
    }
    expect(new Set(given.map((name) => name.toLowerCase())).size).toBe(items.length)
  },
)
