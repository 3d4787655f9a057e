import type { BatchItem } from '../input/item.ts'

/** File systems take 255 bytes, with number and ending; a name that can be read at a glance is far shorter. */
const MAX_ID_BYTES = 80
const MAX_SLUG_BYTES = 60

const graphemes = new Intl.Segmenter()

/** As much of a text as fits, cut between two letters. */
function upTo(maxBytes: number, text: string): string {
  if (Buffer.byteLength(text) <= maxBytes) return text
  // Each character is a letter of its own there.
  if (/^[\w-]*$/.test(text)) return text.slice(0, maxBytes)
  let kept = ''
  let bytes = 0
  for (const { segment } of graphemes.segment(text)) {
    bytes += Buffer.byteLength(segment)
    if (bytes > maxBytes) break
    kept += segment
  }
  return kept
}

/** The words of a prompt, in whatever script, as a part of a file name. */
function slugOf(prompt: string): string {
  // Long enough for whatever is kept of it, so that a long prompt costs no more than a short one.
  const text = prompt.slice(0, 500).normalize('NFC').toLowerCase()
  let slug = ''
  for (const [word] of text.matchAll(/[\p{L}\p{N}][\p{L}\p{N}\p{M}'’]*/gu)) {
    slug += `${slug && '-'}${word.replaceAll(/['’]/g, '')}`
    if (slug.length > MAX_SLUG_BYTES) break
  }
  return upTo(MAX_SLUG_BYTES, slug).replace(/-+$/, '') || 'image'
}

/** An id as a part of a file name: no path, nothing hidden, nothing that a shell or another system reads its own way. */
function idPart(id: string, width: number): string {
  if (/^\d+$/.test(id)) return upTo(MAX_ID_BYTES, id.padStart(width, '0'))
  const safe = id.normalize('NFC').replaceAll(/[^\p{L}\p{N}\p{M}_]+/gu, '-')
  return upTo(MAX_ID_BYTES, safe).replaceAll(/^-+|-+$/g, '') || 'item'
}

/** Numbers are filled up with zeros to this, so that a folder is sorted as its input is. */
const ID_DIGITS = 4

/**
 * Gives each item of a run the name of its files, without number and ending: `0007-a-paper-crane`. No two are the same, on
 * systems either that do not tell capital letters from small ones or composed letters from others.
 */
export class FileNames {
  readonly #taken = new Set<string>()
  readonly #counts = new Map<string, number>()

  /** @param taken names that are given already */
  constructor(taken: Iterable<string> = []) {
    for (const name of taken) this.#taken.add(keyOf(name))
  }

  nameOf({ id, prompt }: Pick<BatchItem, 'id' | 'prompt'>): string {
    const base = `${idPart(id, ID_DIGITS)}-${slugOf(prompt)}`
    const key = keyOf(base)
    if (!this.#taken.has(key)) {
      this.#taken.add(key)
      return base
    }
    let count = this.#counts.get(key) ?? 1
    // A tilde, which no id and no slug has, and which stays what it is.
    while (this.#taken.has(`${key}~${++count}`));
    this.#counts.set(key, count)
    this.#taken.add(`${key}~${count}`)
    return `${base}~${count}`
  }
}

const keyOf = (name: string): string => name.normalize('NFKC').toLowerCase().toUpperCase()

/** The file of one of an item's pictures: numbered where there are several. */
export const fileName = (name: string, index: number, count: number, ending: string): string =>
  `${name}${count === 1 ? '' : `_${index + 1}`}.${ending}`
