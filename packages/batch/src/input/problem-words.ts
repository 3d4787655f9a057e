/** What a value is, without saying what is in it. */
export const nameOf = (value: unknown): string => {
  if (value === null || value === undefined) return value === null ? 'null' : 'missing'
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'string') return value.trim() === '' ? 'empty' : 'text'
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`
}
