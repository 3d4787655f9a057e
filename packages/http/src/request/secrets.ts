import type { OutgoingRequest } from './outgoing-request.ts'

/** Under names like these travel keys, in headers and in the queries of URLs. */
const SECRET_NAME = /auth|key|token|secret|cookie|credential|signature|password/i

/** Shorter words are no keys, and stand in every text. */
const SHORTEST_SECRET = 8

/** The keys that a request carries: what its provider must not be quoted with. */
export const secretsIn = ({ url, headers }: OutgoingRequest): readonly string[] => {
  const named = [...headers, ...new URL(url).searchParams].filter(([name]) => SECRET_NAME.test(name))
  const values = named.flatMap(([, value]) => [value, ...value.split(/[\s,;=]+/)])
  const secrets = values.flatMap((value) => [value, encodeURIComponent(value)])
  return [...new Set(secrets)].filter(({ length }) => length >= SHORTEST_SECRET).toSorted((a, b) => b.length - a.length)
}

/** A text without any of the secrets. */
export const without = (secrets: readonly string[], text: string): string =>
  secrets.reduce((left, secret) => left.replaceAll(secret, '[key]'), text)
