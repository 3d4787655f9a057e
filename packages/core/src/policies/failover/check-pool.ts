import { checkNumber } from '../../kernel/check-options.ts'
import type { Endpoint } from '../../kernel/endpoint.ts'
import { InvalidOptionsError } from '../../kernel/invalid-options-error.ts'

/** @throws InvalidOptionsError naming the endpoint's field that cannot be */
export const checkPool = (endpoints: readonly Endpoint[]): void => {
  if (!Array.isArray(endpoints) || endpoints.length === 0)
    throw new InvalidOptionsError('failover.endpoints', endpoints, 'a list of at least one endpoint')
  const seen = new Set<string>()
  for (const [i, endpoint] of (endpoints as readonly Endpoint[]).entries()) {
    const path = `failover.endpoints[${i}]`
    checkWord(`${path}.name`, endpoint?.name, 'a name')
    if (seen.has(endpoint.name)) throw new InvalidOptionsError(`${path}.name`, endpoint.name, 'unique within the pool')
    seen.add(endpoint.name)
    const { weight = 1, level = 0, costPerCall = 0 } = endpoint
    checkNumber(`${path}.weight`, weight, { min: 0 })
    checkNumber(`${path}.level`, level, { min: 0, integer: true })
    checkNumber(`${path}.costPerCall`, costPerCall, { min: 0 })
    for (const field of ['keyId', 'project', 'model'] as const)
      if (endpoint[field] !== undefined) checkWord(`${path}.${field}`, endpoint[field], 'a word')
  }
}

const checkWord = (path: string, value: unknown, what: string): void => {
  if (typeof value !== 'string' || value === '') throw new InvalidOptionsError(path, value, what)
}
