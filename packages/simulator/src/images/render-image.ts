import { createRandom } from '../random.ts'
import { createCanvas } from './canvas.ts'
import { drawCaption } from './caption.ts'
import { COMPOSITIONS } from './compositions.ts'
import { paletteAt } from './palettes.ts'
import { encodePng } from './png.ts'

/** What an image is made from. */
export interface ImageRequest {
  readonly prompt: string
  readonly model: string
  /** Pixels, 16–4096. */
  readonly width: number
  /** Pixels, 16–4096. */
  readonly height: number
  /** Another seed, another picture of the same prompt. */
  readonly seed?: number | undefined
}

/**
 * Draws the picture of a prompt: a composition and a palette that derive from it, with the prompt written below and
 * inside the file. Same prompt, seed, model and size: same bytes.
 *
 * @returns A PNG file.
 * @example
 * await writeFile('fox.png', renderImage({ prompt: 'A fox in snow', model: 'any', width: 256, height: 256 }))
 */
export function renderImage({ prompt, model, width, height, seed = 0 }: ImageRequest): Uint8Array {
  const random = createRandom(`${seed}\n${prompt}`)
  const palette = paletteAt(random.next())
  const compose = COMPOSITIONS[Math.floor(random.next() * COMPOSITIONS.length)]!
  const canvas = createCanvas(width, height)
  compose(canvas, palette, random.fork('composition'))
  drawCaption(canvas, palette, prompt, random.fork('caption'))
  return encodePng(canvas, { prompt, model })
}
