interface Readable {
  readonly [Symbol.asyncIterator]?: unknown
  readonly [Symbol.iterator]?: unknown
  readonly next?: unknown
  readonly getReader?: unknown
  readonly bodyUsed?: unknown
}

/**
 * Whether a value can be read by one only: a stream, an iterator, a `Response` or `Request`. A second reader would find it
 * empty or taken.
 */
export const isReadOnce = (value: unknown): boolean => {
  if (typeof value !== 'object' || value === null) return false
  const readable = value as Readable
  return (
    typeof readable[Symbol.asyncIterator] === 'function' ||
    typeof readable.getReader === 'function' ||
    typeof readable.bodyUsed === 'boolean' ||
    (typeof readable[Symbol.iterator] === 'function' && typeof readable.next === 'function')
  )
}
