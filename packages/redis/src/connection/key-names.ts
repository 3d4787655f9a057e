import { createHash, createHmac } from 'node:crypto'

/** The shape of what is kept. Another shape gets another number, and old and new processes do not meet. */
const LAYOUT = 'v1'

/**
 * Names keys: `spillway:v1:quota:{5vQ…}`. What a name says stands there as a hash, and the hash is a hash tag: all keys of one
 * name are in one slot of a cluster.
 */
export const keyNames =
  (prefix: string, secret: string | undefined) =>
  (part: string, name: string): string => {
    const hash = secret === undefined ? createHash('sha256') : createHmac('sha256', secret)
    // A part is one of ours, without a separator: two names never run together.
    const digest = hash.update(`${part}\n${name}`).digest('base64url').slice(0, 22)
    return `${prefix}:${LAYOUT}:${part}:{${digest}}`
  }
