const UNIT_MS: Readonly<Record<string, number>> = {
  d: 86_400_000,
  h: 3_600_000,
  m: 60_000,
  s: 1000,
  ms: 1,
  us: 0.001,
  µs: 0.001,
  ns: 0.000001,
}

/** Longer than any duration a provider writes. */
const LONGEST_TEXT = 40

/**
 * Milliseconds of a duration as Go and protocol buffers write it: `23s`, `0.9s`, `900ms`, `6m0s`, `10h17m5.7s`.
 *
 * @returns `undefined` for anything else: a bare number, a negative one, an unknown unit
 */
export const parseDurationMs = (text: string): number | undefined => {
  const trimmed = text.trim()
  if (trimmed === '' || trimmed.length > LONGEST_TEXT) return undefined
  const part = /(\d+(?:\.\d+)?)(d|h|ms|m|us|µs|ns|s)/y
  let ms = 0
  while (part.lastIndex < trimmed.length) {
    const found = part.exec(trimmed)
    if (found === null) return undefined
    ms += Number(found[1]) * (UNIT_MS[found[2] ?? ''] ?? Number.NaN)
  }
  return Number.isFinite(ms) ? ms : undefined
}
