import { InvalidOptionsError } from './invalid-options-error.ts'
import type { Part } from './policy.ts'

/** @throws InvalidOptionsError when it is no policy, gate or reaction */
export const checkPart = (option: string, part: Part): void => {
  const runs = part as { name?: unknown; execute?: unknown; react?: unknown; enter?: unknown } | undefined
  const right =
    typeof runs?.name === 'string' && [runs.execute, runs.react, runs.enter].some((each) => typeof each === 'function')
  if (!right) throw new InvalidOptionsError(option, part, 'a policy, such as retry()')
}

/** The same for a list of them. */
export const checkParts = (option: string, parts: readonly Part[]): void => {
  if (!Array.isArray(parts)) throw new InvalidOptionsError(option, parts, 'a list of policies')
  for (const [i, part] of parts.entries()) checkPart(`${option}[${i}]`, part)
}
