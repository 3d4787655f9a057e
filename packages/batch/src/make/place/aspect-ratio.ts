/** The shape of a size as one API writes it, in the words of the other: `1536x1024` is `3:2`. */
export const aspectRatioOf = (size: unknown): string | undefined => {
  const [, width, height] = (typeof size === 'string' ? /^(\d{1,5})x(\d{1,5})$/.exec(size) : null) ?? []
  const divisor = greatestCommonDivisor(Number(width), Number(height))
  return divisor > 0 ? `${Number(width) / divisor}:${Number(height) / divisor}` : undefined
}

const greatestCommonDivisor = (a: number, b: number): number => (b > 0 ? greatestCommonDivisor(b, a % b) : a)
