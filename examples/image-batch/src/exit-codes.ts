/** What the process ends with. Signals end with 128 and their number. */
export const EXIT = { allMade: 0, someFailed: 1, badInput: 2, interrupted: 130, terminated: 143 } as const

/** Something the user has to put right before any call is made. The message says what, and what to do. */
export class InputError extends Error {
  override readonly name = 'InputError'
}
