import { describe, expect, it } from 'vitest'
import { imagesOf } from './images-of.ts'

const image = (text: string, mimeType = 'image/png') => ({
  inlineData: { mimeType, data: Buffer.from(text).toString('base64') },
})

describe('imagesOf', () => {
  it('gives every picture its own bytes and type, and leaves out words and drafts', () => {
    const parts = [{ text: 'Two:' }, image('one'), { ...image('draft'), thought: true }, image('two', 'image/jpeg')]
    const images = imagesOf({ candidates: [{ content: { parts } }] })
    expect(images.map(({ bytes, mimeType }) => [Buffer.from(bytes).toString(), mimeType])).toEqual([
      ['one', 'image/png'],
      ['two', 'image/jpeg'],
    ])
  })

  it('leaves out sound', () => {
    expect(imagesOf({ candidates: [{ content: { parts: [image('la', 'audio/wav')] } }] })).toEqual([])
  })

  it.for([{}, { candidates: [] }, { candidates: [{}] }, { candidates: [{ content: {} }] }])(
    'finds nothing in %j',
    (response) => {
      expect(imagesOf(response)).toEqual([])
    },
  )
})
