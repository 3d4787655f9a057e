import { renderImage } from '@spillway/simulator'
import { expect, test } from 'vitest'
import { formatOf } from './image-format.ts'

const bytes = (text: string): Uint8Array => Buffer.from(text, 'latin1')

test.each([
  ['png', renderImage({ prompt: 'a', model: 'm', width: 16, height: 16 })],
  ['jpg', bytes('\u00FF\u00D8\u00FF\u00E0\0\u0010JFIF')],
  ['gif', bytes('GIF89a\u0001\0')],
  ['gif', bytes('GIF87a\u0001\0')],
  ['webp', bytes('RIFF\n\u0001\0\0WEBPVP8 ')],
  ['avif', bytes('\0\0\0\u0020ftypavif\0\0\0\0avifmif1miaf')],
  ['avif', bytes('\0\0\0\u0020ftypmif1\0\0\0\0mif1avifmiaf')],
  [undefined, bytes('\0\0\0\u0020ftypisom\0\0\u0002\0isomiso2avc1mp41')],
  [undefined, bytes('RIFF\n\u0001\0\0WAVEfmt ')],
  [undefined, bytes('<svg xmlns="http://www.w3.org/2000/svg">')],
  [undefined, bytes('I cannot draw that.')],
  [undefined, bytes('')],
])('%s', (format, head) => {
  expect(formatOf(head)).toBe(format)
})
