import { readPngChunks } from './png.ts'

/** What a simulated image says about itself. */
export interface ImagePrompt {
  readonly prompt: string
  readonly model: string
}

/**
 * Reads the prompt and the model that the simulator wrote into an image.
 *
 * @param png The bytes of a PNG file.
 * @returns Undefined when it is not a whole, undamaged PNG, or not one of the simulator's.
 * @example
 * readImagePrompt(Buffer.from(response.data[0].b64_json, 'base64'))?.prompt
 */
export function readImagePrompt(png: Uint8Array): ImagePrompt | undefined {
  const texts = new Map<string, string>()
  for (const { type, data } of readPngChunks(png) ?? []) {
    if (type !== 'iTXt') continue
    const content = Buffer.from(data).toString('utf8')
    const keyword = content.slice(0, content.indexOf('\0'))
    // Keyword, then uncompressed flag, method, and two empty texts: five zero bytes before the text itself.
    texts.set(keyword, content.slice(keyword.length + 5))
  }
  const prompt = texts.get('prompt')
  const model = texts.get('model')
  return prompt === undefined || model === undefined ? undefined : { prompt, model }
}
