import { readImagePrompt } from '@spillway/simulator'

/** What image models answer with; also the end of the file's name. */
export type ImageFormat = 'png' | 'jpg' | 'webp'

/** The format by the first bytes, `undefined` for what is no image. */
export function formatOf(bytes: Uint8Array): ImageFormat | undefined {
  const head = Buffer.from(bytes.subarray(0, 12)).toString('latin1')
  if (head.startsWith('\u0089PNG\r\n\u001A\n')) return 'png'
  if (head.startsWith('\u00FF\u00D8\u00FF')) return 'jpg'
  return head.startsWith('RIFF') && head.endsWith('WEBP') ? 'webp' : undefined
}

/** Says what is wrong with an image, `undefined` when it may be kept. */
export type CheckImage = (bytes: Uint8Array, prompt: string) => string | undefined

/** The simulated model writes the prompt into its images: whole, undamaged, and of this prompt. */
export const checkSimulatedImage: CheckImage = (bytes, prompt) => {
  const found = readImagePrompt(bytes)
  if (found === undefined) return 'the answer is not a whole PNG file'
  return found.prompt === prompt ? undefined : 'the image belongs to another prompt'
}

/** Of a real image only its kind can be told. */
export const checkRealImage: CheckImage = (bytes) =>
  formatOf(bytes) === undefined ? 'the answer is neither PNG, JPEG nor WebP' : undefined
