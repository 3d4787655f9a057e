import { describe, expect, it, test } from 'vitest'
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

  it('reads what the other methods give: predictions, and what an interaction has put out since its last input', () => {
    const data = Buffer.from('one').toString('base64')
    const painted = (type: string) => ({ type, content: [{ type: 'image', data, mime_type: 'image/webp' }] })
    const texts = (source: Parameters<typeof imagesOf>[0]) =>
      imagesOf(source).map(({ bytes, mimeType }) => [Buffer.from(bytes).toString(), mimeType])
    const generatedImages = [{ raiFilteredReason: 'because' }, { image: { imageBytes: data, mimeType: 'image/png' } }]
    expect(texts({ generatedImages })).toEqual([['one', 'image/png']])
    const steps = [painted('model_output'), painted('user_input'), painted('thought'), painted('model_output')]
    expect(texts({ steps })).toEqual([['one', 'image/webp']])
    expect(texts({ steps: [{ type: 'model_output', content: [{ type: 'text', text: 'Hi' }] }] })).toEqual([])
  })

  it.for([{}, { candidates: [] }, { candidates: [{}] }, { candidates: [{ content: {} }] }])(
    'finds nothing in %j',
    (response) => {
      expect(imagesOf(response)).toEqual([])
    },
  )
})

test.for([undefined, null, 'x', 42, []])('%j is no answer, which is said', (value) => {
  expect(() => imagesOf(value as never)).toThrow(/imagesOf\.response must be an answer of the client.*once awaited/)
})
