import { describe, expect, test } from 'vitest'
import { imagesOf, type ImageSource } from './images-of.ts'

const PNG = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a]).toString('base64')
const JPEG = Buffer.from([0xff, 0xd8, 0xff, 0xe0]).toString('base64')
const WEBP = Buffer.from('RIFF\u0001\u0002\u0003\u0004WEBPVP8 ', 'latin1').toString('base64')
const UNKNOWN = Buffer.from('<svg/>').toString('base64')

const seen = (answer: object): unknown[] =>
  imagesOf(answer as ImageSource).map(({ bytes, mimeType, url }) =>
    bytes === undefined ? url : [mimeType, Buffer.from(bytes).toString('base64')],
  )

describe('imagesOf', () => {
  test('gives each picture its own bytes and the type of its bytes, whatever the answer calls it', () => {
    expect(seen({ data: [{ b64_json: PNG }, { b64_json: JPEG }, { b64_json: WEBP }], output_format: 'png' })).toEqual([
      ['image/png', PNG],
      ['image/jpeg', JPEG],
      ['image/webp', WEBP],
    ])
    expect(seen({ data: [{ b64_json: UNKNOWN }], output_format: 'svg' })).toEqual([['image/svg+xml', UNKNOWN]])
    expect(seen({ data: [{ b64_json: UNKNOWN }] })).toEqual([['image/png', UNKNOWN]])
  })

  test('hands a link over as a link, and one that is the file as the file', () => {
    expect(seen({ data: [{ url: 'https://x.example/1.png' }, { url: `data:image/jpeg;base64,${JPEG}` }] })).toEqual([
      'https://x.example/1.png',
      ['image/jpeg', JPEG],
    ])
  })

  test('takes the bytes out of an address that a relay writes where they belong alone', () => {
    expect(seen({ data: [{ b64_json: `data:image/png;base64,${JPEG}` }] })).toEqual([['image/jpeg', JPEG]])
  })

  test('takes the finished picture of a stream, not its drafts', () => {
    expect(seen({ type: 'image_generation.partial_image', b64_json: PNG })).toEqual([])
    expect(seen({ type: 'image_generation.completed', b64_json: PNG })).toEqual([['image/png', PNG]])
    expect(seen({ type: 'image_edit.completed', b64_json: JPEG, output_format: 'jpeg' })).toEqual([
      ['image/jpeg', JPEG],
    ])
  })

  test('takes what the image tool of a response made, and what relays put beside a message', () => {
    expect(seen({ output: [{ type: 'message' }, { type: 'image_generation_call', result: PNG }] })).toEqual([
      ['image/png', PNG],
    ])
    const images = [{ type: 'image_url', image_url: { url: `data:image/png;base64,${PNG}` } }]
    expect(seen({ choices: [{ message: { content: '', images } }] })).toEqual([['image/png', PNG]])
    expect(seen({ choices: [{ message: { content: [{ type: 'text', text: 'Here' }, ...images] } }] })).toEqual([
      ['image/png', PNG],
    ])
    const words = `Here it is: ![a fox](data:image/png;base64,${PNG}) and ![a link](https://example.com/a.png)`
    expect(seen({ choices: [{ message: { content: words } }] })).toEqual([['image/png', PNG]])
    expect(seen({ choices: [{ message: { content: words, images } }] })).toEqual([['image/png', PNG]])
  })

  test.for([
    {},
    { data: [] },
    { data: [{}] },
    { data: [{ b64_json: '', url: null }] },
    { output: [{ type: 'message' }] },
  ])('finds nothing in %j', (answer) => {
    expect(seen(answer)).toEqual([])
  })
})

test.for([undefined, null, 'x', 42, []])('%j is no answer, which is said', (value) => {
  expect(() => imagesOf(value as never)).toThrow(/imagesOf\.answer must be an answer of the client.*once awaited/)
})
