import { rejected, type RejectedError } from '../spillway-error.ts'

/** What a gate of a test refuses with. */
export const refusal = (): RejectedError =>
  Object.assign(new Error('refused'), { isSpillwayError: true, code: 'ERR_TEST', verdict: rejected() } as const)
