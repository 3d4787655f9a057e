const FIRST_CAPACITY = 16 * 1024

const ignore = (): void => {}

/** Ends an answer that nobody will read, so that its socket is freed. */
export const discard = (response: Response): void => {
  response.body?.cancel().catch(ignore)
}

/**
 * Reads a body as text, decompressed, up to a limit. A million chunks of one byte take no more room than one of a million, and
 * what a bomb would become beyond the limit is never made.
 *
 * @returns `undefined` where it is longer than `maxBytes`; the rest is not read
 */
export const readText = async (response: Response, maxBytes: number): Promise<string | undefined> => {
  if (response.body === null) return ''
  const reader = response.body.getReader()
  let bytes = new Uint8Array(Math.min(FIRST_CAPACITY, maxBytes))
  let length = 0
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return new TextDecoder().decode(bytes.subarray(0, length))
      const needed = length + value.length
      if (needed > maxBytes) return undefined
      if (needed > bytes.length) {
        const larger = new Uint8Array(Math.min(maxBytes, Math.max(needed, bytes.length * 2)))
        larger.set(bytes.subarray(0, length))
        bytes = larger
      }
      bytes.set(value, length)
      length = needed
    }
  } finally {
    reader.cancel().catch(ignore)
  }
}
