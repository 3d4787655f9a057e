/**
 * A request's body as it is when the call begins: attempts come later, and the caller may use its buffer for something else
 * meanwhile. What cannot change is not copied.
 */
export const snapshot = (body: unknown): unknown => {
  if (body instanceof ArrayBuffer) return body.slice(0)
  if (ArrayBuffer.isView(body)) return new Uint8Array(body.buffer, body.byteOffset, body.byteLength).slice()
  if (body instanceof URLSearchParams) return new URLSearchParams(body)
  return body instanceof FormData ? copyOf(body) : body
}

const copyOf = (form: FormData): FormData => {
  const copy = new FormData()
  for (const [name, value] of form) {
    if (typeof value === 'string') copy.append(name, value)
    else copy.append(name, value, value.name)
  }
  return copy
}

/** A stream can be read once; strings, bytes, forms, blobs and parameters again and again. */
export const isRepeatable = (body: unknown): boolean =>
  typeof body !== 'object' ||
  body === null ||
  body instanceof FormData ||
  body instanceof URLSearchParams ||
  body instanceof Blob ||
  body instanceof ArrayBuffer ||
  ArrayBuffer.isView(body) ||
  !('getReader' in body || Symbol.asyncIterator in body || Symbol.iterator in body)
