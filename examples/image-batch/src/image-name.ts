import type { ImageFormat } from './check-image.ts'
import type { Prompt } from './read-prompts.ts'

/** File systems take 255 bytes; a name that can be read at a glance is far shorter. */
const MAX_SLUG_BYTES = 60

/** The words of a prompt, in whatever script, as a part of a file name. */
export function slugOf(prompt: string): string {
  const words = prompt
    .normalize('NFC')
    .toLowerCase()
    .match(/[\p{L}\p{N}][\p{L}\p{N}\p{M}'’]*/gu)
  let slug = ''
  for (const { segment } of graphemes.segment((words ?? []).join('-').replaceAll(/['’]/g, ''))) {
    if (Buffer.byteLength(slug + segment) > MAX_SLUG_BYTES) break
    slug += segment
  }
  return slug.replace(/-+$/, '') || 'image'
}

const graphemes = new Intl.Segmenter()

/** `007-a-paper-crane-flying-over-a-city.png` */
export function imageName({ number, prompt }: Prompt, count: number, format: ImageFormat): string {
  const digits = Math.max(3, String(count).length)
  return `${String(number).padStart(digits, '0')}-${slugOf(prompt)}.${format}`
}
