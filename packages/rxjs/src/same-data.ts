/**
 * Whether two pieces of plain data say the same. Our own, because `isDeepStrictEqual` of `node:util` would be the only
 * thing here that needs Node, and RxJS is at home in browsers too.
 */
export const sameData = (one: unknown, other: unknown): boolean => {
  if (Object.is(one, other)) return true
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) return false
  if (Array.isArray(one) !== Array.isArray(other)) return false
  const entries = Object.entries(one)
  if (entries.length !== Object.keys(other).length) return false
  const values = other as Record<string, unknown>
  return entries.every(([key, value]) => Object.hasOwn(values, key) && sameData(value, values[key]))
}
