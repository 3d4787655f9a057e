import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { GatheredBytes } from './gathered-bytes.ts'

test('whatever the chunks, the bytes are the same', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 3000 })), fc.nat(5000), (chunks, limit) => {
      const gathered = new GatheredBytes()
      gathered.add(new Uint8Array([1, 2, 3]))
      gathered.clear()
      for (const chunk of chunks) gathered.add(chunk)
      const whole = Buffer.concat(chunks)
      expect(gathered.length).toBe(whole.length)
      expect(Buffer.from(gathered.bytes()).equals(whole)).toBe(true)
      expect(Buffer.from(gathered.bytes(limit)).equals(whole.subarray(0, limit))).toBe(true)
    }),
  )
})

test('a million chunks of one byte take no more room than two million bytes', () => {
  const gathered = new GatheredBytes()
  const byte = new Uint8Array([7])
  for (let i = 0; i < 1_000_000; i++) gathered.add(byte)
  expect(gathered.bytes().buffer.byteLength).toBeLessThanOrEqual(2_000_000)
})
