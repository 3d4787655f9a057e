import { inflateSync } from 'node:zlib'
import { fc, test as property } from '@fast-check/vitest'
import { describe, expect, test } from 'vitest'
import { foldToFont } from './font.ts'
import { readImagePrompt } from './image-prompt.ts'
import { readPngChunks } from './png.ts'
import { renderImage } from './render-image.ts'

const render = (prompt: string, seed?: number, width = 256, height = 256): Uint8Array =>
  renderImage({ prompt, model: 'gemini-3-pro-image', width, height, seed })

describe('an image', () => {
  test('is a PNG with sound chunks and the pixels it announces', () => {
    const chunks = readPngChunks(render('A fox in snow', 0, 256, 144))!
    expect(chunks.map(({ type }) => type)).toEqual(['IHDR', 'iTXt', 'iTXt', 'IDAT', 'IEND'])
    const header = Buffer.from(chunks[0]!.data)
    expect([header.readUInt32BE(0), header.readUInt32BE(4), ...header.subarray(8)]).toEqual([256, 144, 8, 2, 0, 0, 0])
    const rows = inflateSync(chunks[3]!.data)
    expect(rows).toHaveLength((256 * 3 + 1) * 144)
    for (let y = 0; y < 144; y++) expect(rows[y * (256 * 3 + 1)]).toBe(2)
  })

  test('is the same for the same prompt and seed, and another for another', () => {
    expect(render('A fox', 7)).toEqual(render('A fox', 7))
    expect(render('A fox', 7)).not.toEqual(render('A fox', 8))
    expect(render('A fox')).not.toEqual(render('A fix'))
  })

  test('shows a different picture for each of three hundred prompts', () => {
    const pictures = new Set<string>()
    for (let n = 0; n < 300; n++) {
      const idat = readPngChunks(render(`雪 ${n}`, 0, 32, 48))!.find(({ type }) => type === 'IDAT')!
      pictures.add(Buffer.from(idat.data).toString('base64'))
    }
    expect(pictures.size).toBe(300)
  })

  test('is not read when it is damaged or something else', () => {
    const png = render('A fox')
    const damaged = Uint8Array.from(png)
    damaged[png.length >> 1]! ^= 1
    expect(readImagePrompt(damaged)).toBeUndefined()
    expect(readImagePrompt(png.subarray(0, png.length - 5))).toBeUndefined()
    expect(readImagePrompt(new TextEncoder().encode('GIF89a'))).toBeUndefined()
  })
})

property.prop([fc.string({ unit: 'grapheme', maxLength: 300 })])('any prompt can be drawn and read back', (prompt) => {
  const png = renderImage({ prompt, model: 'm', width: 64, height: 64, seed: undefined })
  expect(readImagePrompt(png)).toEqual({ prompt: prompt.toWellFormed(), model: 'm' })
})

describe('the caption', () => {
  test('ends on an image that has room for no letter', () => {
    const png = renderImage({ prompt: 'prompt 1 and more words', model: 'm', width: 16, height: 16 })
    expect(readImagePrompt(png)?.prompt).toBe('prompt 1 and more words')
  })

  test('folds accents to what the font has, and says what it lost', () => {
    expect(foldToFont('Ein Käfer überquert die Straße')).toEqual({
      text: 'Ein Kafer uberquert die Strasse',
      lostRatio: 0,
    })
    expect(foldToFont('Łódź – “Øresund”').text).toBe('Lodz - "Oresund"')
    expect(foldToFont('雪の中の狐').lostRatio).toBe(1)
  })
})
