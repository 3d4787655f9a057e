/** Of longer lists this many elements are looked at, evenly spread, and stand for all. */
const SAMPLE = 1000
/** So many parts are looked at before the rest is left uncounted: measuring must not cost more than storing. */
const MOST_PARTS = 100_000
/** An object's or list's own header, and one of its fields. */
const OBJECT_BYTES = 32
const FIELD_BYTES = 8

/** Something to measure, and how many like it it stands for. */
type Part = readonly [value: unknown, times: number]

/**
 * About how much memory a value takes, in bytes. Strings count two bytes a character; what appears twice counts once.
 */
export const approximateBytes = (value: unknown): number => {
  const seen = new Set<object>()
  const parts: Part[] = [[value, 1]]
  let bytes = 0
  for (let looked = 0; looked < MOST_PARTS; looked++) {
    const part = parts.pop()
    if (part === undefined) break
    const [each, times] = part
    if (typeof each === 'string') bytes += times * 2 * each.length
    else if (typeof each !== 'object' || each === null) bytes += times * FIELD_BYTES
    else if (!seen.has(each)) {
      seen.add(each)
      bytes += times * ownBytes(each, times, parts)
    }
  }
  return Math.round(bytes)
}

/** What an object takes itself; its parts are put on the list. */
const ownBytes = (value: object, times: number, parts: Part[]): number => {
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return OBJECT_BYTES + value.byteLength
  if (value instanceof Blob) return OBJECT_BYTES + value.size
  if (value instanceof Map) return ownBytes([...value.keys(), ...value.values()], times, parts)
  if (value instanceof Set) return ownBytes([...value], times, parts)
  const fields = Array.isArray(value) ? value : Object.values(value)
  const step = Math.max(1, fields.length / SAMPLE)
  for (let i = 0; i < fields.length; i += step) parts.push([fields[Math.floor(i)], times * step])
  return OBJECT_BYTES + FIELD_BYTES * fields.length
}
