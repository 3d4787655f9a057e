import type { CallContext } from './call-context.ts'
import type { Verdict } from './verdict.ts'

/**
 * Whether the operation may be run again after what `verdict` says: yes, unless its caller declared that it must not run
 * twice and the provider may have carried it out. Only what was not sent, or is not billed because it was refused, was
 * surely not; what nobody knows counts as carried out.
 */
export const mayRepeat = ({ call }: CallContext, { sent, billed }: Verdict): boolean =>
  call.repeatable || call.attempts === 0 || sent === false || billed === 'no'
