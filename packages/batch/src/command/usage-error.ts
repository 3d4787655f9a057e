/** Something that the user has to put right before any call is made. The message says what, and what to do. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
  readonly code = 'ERR_SPILLWAY_USAGE'
}
