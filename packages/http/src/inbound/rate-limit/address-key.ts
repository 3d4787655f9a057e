import { isIPv4, isIPv6 } from 'node:net'

/**
 * The key of an address. IPv4 as it is, also where it is written as IPv6 or with a port; of IPv6 the network, because one
 * customer has a whole one.
 *
 * @param subnet how many bits of an IPv6 address count
 */
export const addressKey = (address: string | undefined, subnet: number): string => {
  const plain = address?.replace(/%.*$/, '').replace(/^\[(.*)\](?::\d+)?$/, '$1') ?? ''
  const v4 = /(?:^|:)(\d{1,3}(?:\.\d{1,3}){3})(?::\d+)?$/.exec(plain)
  if (v4?.[1] !== undefined && isIPv4(v4[1]) && (v4.index === 0 || isMapped(plain))) return v4[1]
  if (!isIPv6(plain)) return 'unknown'
  const groups = expand(plain)
  if (isMappedGroups(groups)) return [groups[6], groups[7]].flatMap((group = 0) => [group >> 8, group & 255]).join('.')
  const network = groups.map((group, at) => {
    const bits = Math.min(16, Math.max(0, subnet - at * 16))
    return group & (0xffff << (16 - bits)) & 0xffff
  })
  return `${network.map((group) => group.toString(16)).join(':')}/${subnet}`
}

const isMapped = (address: string): boolean => /^::ffff:/i.test(address)

const isMappedGroups = (groups: readonly number[]): boolean =>
  groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff

/** The eight groups of a valid IPv6 address. */
const expand = (address: string): number[] => {
  const [head = '', tail] = address.split('::')
  const groupsOf = (part: string): number[] =>
    part === ''
      ? []
      : part.split(':').flatMap((group) => {
          if (!group.includes('.')) return [Number.parseInt(group, 16)]
          const [a = 0, b = 0, c = 0, d = 0] = group.split('.').map(Number)
          return [a * 256 + b, c * 256 + d]
        })
  const before = groupsOf(head)
  const after = groupsOf(tail ?? '')
  return [...before, ...Array.from({ length: 8 - before.length - after.length }, () => 0), ...after]
}
