import { createRandom } from '../random.ts'
import { encodePng } from './png.ts'

/** What an image is made from. */
export interface ImageRequest {
  readonly prompt: string
  readonly model: string
  readonly width: number
  readonly height: number
  readonly seed: number | undefined
}

/** Draws the picture of a prompt. Same prompt, seed and size: same bytes. */
export function renderImage({ prompt, model, width, height, seed }: ImageRequest): Uint8Array {
  const random = createRandom(`${seed ?? 0}\n${prompt}`)
  const [r, g, b] = [random.next() * 255, random.next() * 255, random.next() * 255]
  const rgb = new Uint8Array(width * height * 3)
  for (let i = 0, y = 0; y < height; y++)
    for (let x = 0; x < width; x++, i += 3) {
      rgb[i] = (r * y) / height
      rgb[i + 1] = (g * x) / width
      rgb[i + 2] = b
    }
  return encodePng({ width, height, rgb }, { prompt, model })
}
