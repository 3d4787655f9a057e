/** The end of a picture's file name. */
export type ImageFormat = 'png' | 'jpg' | 'webp' | 'gif' | 'avif'

/** The format by the first bytes; `undefined` for what is no picture that a browser shows. */
export function formatOf(bytes: Uint8Array): ImageFormat | undefined {
  const head = Buffer.from(bytes.subarray(0, 32)).toString('latin1')
  if (head.startsWith('\u0089PNG\r\n\u001A\n')) return 'png'
  if (head.startsWith('\u00FF\u00D8\u00FF')) return 'jpg'
  if (/^GIF8[79]a/.test(head)) return 'gif'
  if (/^RIFF[^]{4}WEBP/.test(head)) return 'webp'
  // Its kind, or one of those that it says it is compatible with.
  return /^[^]{4}ftyp([^]{4}){0,5}avi[fs]/.test(head) ? 'avif' : undefined
}
