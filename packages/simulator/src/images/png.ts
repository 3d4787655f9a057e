import { crc32, deflateSync } from 'node:zlib'

const SIGNATURE = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a)

/** Eight bits a channel, red green blue, rows from the top. */
export interface Pixels {
  readonly width: number
  readonly height: number
  readonly rgb: Uint8Array
}

/** Texts that travel inside the file (iTXt), by keyword. */
export type PngTexts = Readonly<Record<string, string>>

/** Writes a PNG (ISO/IEC 15948): truecolour, one IDAT, rows filtered by "up", which suits smooth pictures. */
export function encodePng({ width, height, rgb }: Pixels, texts: PngTexts = {}): Uint8Array {
  const stride = width * 3
  const filtered = Buffer.allocUnsafe((stride + 1) * height)
  for (let y = 0; y < height; y++) {
    const to = y * (stride + 1)
    const from = y * stride
    filtered[to] = 2
    for (let x = 0; x < stride; x++) {
      filtered[to + 1 + x] = rgb[from + x]! - (y === 0 ? 0 : rgb[from - stride + x]!)
    }
  }
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  header.set([8, 2, 0, 0, 0], 8)
  const textChunks = Object.entries(texts).map(([keyword, text]) =>
    chunk('iTXt', Buffer.from(`${keyword}\0\0\0\0\0${text}`, 'utf8')),
  )
  return Buffer.concat([
    SIGNATURE,
    chunk('IHDR', header),
    ...textChunks,
    chunk('IDAT', deflateSync(filtered, { level: 6 })),
    chunk('IEND', Buffer.alloc(0)),
  ])
}

function chunk(type: string, data: Uint8Array): Uint8Array {
  const bytes = Buffer.alloc(data.length + 12)
  bytes.writeUInt32BE(data.length, 0)
  bytes.write(type, 4, 'latin1')
  bytes.set(data, 8)
  bytes.writeUInt32BE(crc32(bytes.subarray(4, 8 + data.length)), 8 + data.length)
  return bytes
}

/** One piece of a PNG file. */
export interface PngChunk {
  readonly type: string
  readonly data: Uint8Array
}

/** Takes a PNG apart; undefined when it is none, is cut off, or a checksum is wrong. */
export function readPngChunks(png: Uint8Array): PngChunk[] | undefined {
  const bytes = Buffer.from(png.buffer, png.byteOffset, png.byteLength)
  if (!bytes.subarray(0, 8).equals(SIGNATURE)) return undefined
  const chunks: PngChunk[] = []
  for (let at = 8; at + 12 <= bytes.length;) {
    const length = bytes.readUInt32BE(at)
    const end = at + 8 + length
    if (end + 4 > bytes.length || crc32(bytes.subarray(at + 4, end)) !== bytes.readUInt32BE(end)) return undefined
    const type = bytes.toString('latin1', at + 4, at + 8)
    chunks.push({ type, data: bytes.subarray(at + 8, end) })
    if (type === 'IEND') return chunks
    at = end + 4
  }
  return undefined
}
