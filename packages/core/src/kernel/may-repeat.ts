import type { CallContext } from './call-context.ts'
import type { Verdict } from './verdict.ts'

/**
 * Whether the operation may be run again after what `verdict` says: yes, unless its caller declared that it must not run
 * twice and the provider may have carried it out. Only what was not sent, is not billed because it was refused, or was
 * answered without the result, was surely not; what nobody knows counts as carried out.
 */
export const mayRepeat = ({ call }: CallContext, { kind, sent, billed }: Verdict): boolean =>
  call.repeatable || call.attempts === 0 || kind === 'empty' || sent === false || billed === 'no'
