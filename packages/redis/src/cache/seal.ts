import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'

/** Texts for places that others read. */
export interface Seal {
  /** @param place where it will stand: it can be opened nowhere else */
  readonly close: (text: string, place: string) => string
  /** @throws Error where it was closed for another place, with another key, or changed */
  readonly open: (sealed: string, place: string) => string
}

const IV_BYTES = 12
const TAG_BYTES = 16

/**
 * AES-256-GCM with a random nonce for each text, as NIST SP 800-38D has it: good for 2^32 texts with one key. The place is
 * authenticated with it, so that nobody who can write to the store can give one key the answer of another.
 */
export const sealWith = (key: Uint8Array): Seal => ({
  close(text, place) {
    const iv = randomBytes(IV_BYTES)
    const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(Buffer.from(place))
    const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
    return Buffer.concat([iv, cipher.getAuthTag(), body]).toString('base64')
  },
  open(sealed, place) {
    const bytes = Buffer.from(sealed, 'base64')
    const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, IV_BYTES), { authTagLength: TAG_BYTES })
      .setAAD(Buffer.from(place))
      .setAuthTag(bytes.subarray(IV_BYTES, IV_BYTES + TAG_BYTES))
    return decipher.update(bytes.subarray(IV_BYTES + TAG_BYTES), undefined, 'utf8') + decipher.final('utf8')
  },
})

/** Texts as they are. */
export const OPEN: Seal = { close: (text) => text, open: (text) => text }
