/**
 * Values as text and back. What comes back means the same as what was kept: plain data and bytes. Anything else is refused,
 * because it would come back as something else: a class without its methods, a date as a text, `NaN` as nothing.
 */
export const asText = (value: unknown): string => JSON.stringify(plain(value, 0))

/** @throws SyntaxError when it is not what {@link asText} gives */
export const fromText = (text: string): unknown => whole(JSON.parse(text))

/** Something in a value would not come back as it is. Says where, and never what. */
class NotKeepableError extends TypeError {
  override readonly name = 'NotKeepableError'

  constructor(what: string) {
    super(
      `A value with ${what} in it cannot be kept: it would come back as something else. Return plain data, or bytes.`,
    )
  }
}

// Bytes, and an object that looks like ours. An object with one field of these names is nothing else.
const BYTES = '$bytes'
const PLAIN = '$plain'

const DEEPEST = 500

const plain = (value: unknown, depth: number): unknown => {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value
  if (typeof value === 'number') {
    if (Number.isFinite(value)) return value
    throw new NotKeepableError('a number that is none')
  }
  if (typeof value !== 'object') throw new NotKeepableError(`something of type ${typeof value}`)
  // A circle has no end.
  if (depth > DEEPEST) throw new NotKeepableError('a circle, or parts within parts without end,')
  if (value instanceof Uint8Array)
    return { [BYTES]: Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64') }
  if (Array.isArray(value)) return Array.from(value, (each) => plain(each, depth + 1))
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype !== Object.prototype && prototype !== null) throw new NotKeepableError('an instance of a class')
  const fields = Object.entries(value).filter(([, each]) => each !== undefined)
  // Fields are defined, not assigned: one of them may be named __proto__.
  const copy: unknown = Object.fromEntries(fields.map(([name, each]) => [name, plain(each, depth + 1)]))
  return markOf(copy) === undefined ? copy : { [PLAIN]: copy }
}

const whole = (kept: unknown): unknown => {
  if (typeof kept !== 'object' || kept === null) return kept
  if (Array.isArray(kept)) return kept.map(whole)
  const mark = markOf(kept)
  const marked = mark === undefined ? undefined : (kept as Record<string, unknown>)[mark]
  if (mark === BYTES) return new Uint8Array(Buffer.from(String(marked), 'base64'))
  return Object.fromEntries(Object.entries(mark === PLAIN ? (marked as object) : kept).map(([k, v]) => [k, whole(v)]))
}

const markOf = (value: unknown): string | undefined => {
  const [name, ...others] = Object.keys(value as object)
  return others.length === 0 && (name === BYTES || name === PLAIN) ? name : undefined
}
