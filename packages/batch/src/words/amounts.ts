/** `1,193`. */
export const count = (value: number): string => value.toLocaleString('en-US', { maximumFractionDigits: 0 })

/** `1 image`, `2 images`, `1,193 images`. */
export const counted = (value: number, noun: string): string => `${count(value)} ${noun}${value === 1 ? '' : 's'}`

/** `a, b and c`. */
export const listed = (words: readonly string[]): string =>
  words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`

/** Money in the currency of the prices, whatever that is: as many decimals as say something. */
export const money = (value: number): string => {
  const decimals = value === 0 || value >= 1 ? 2 : value >= 0.01 ? 3 : 5
  return value.toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: decimals })
}

/** `71.4 %`, of a part of a whole, or of a ratio. */
export const percent = (part: number, whole = 1): string => {
  if (whole === 0) return '–'
  const share = (100 * part) / whole
  // What is not all never looks like all, and what is not nothing never like nothing.
  if (share > 99.9 && share < 100) return '> 99.9 %'
  if (share > 0 && share < 0.1) return '< 0.1 %'
  return `${share.toLocaleString('en-US', { maximumFractionDigits: 1 })} %`
}

/** `9.8/min`, `9.8 images/min`. */
export const rate = (perMinute: number, noun = ''): string =>
  `${perMinute.toLocaleString('en-US', { minimumFractionDigits: 1, maximumFractionDigits: 1 })}${noun && ` ${noun}s`}/min`
