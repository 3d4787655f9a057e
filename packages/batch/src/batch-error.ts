/** The stable codes of every error with which a batch refuses to begin or to go on. */
export type BatchErrorCode =
  /** Lines of the input are wrong; `problems` has each. */
  | 'ERR_SPILLWAY_BATCH_INPUT'
  /** The folder belongs to a run of another input; `problems` says what differs. */
  | 'ERR_SPILLWAY_BATCH_INPUT_CHANGED'
  /** The folder cannot be written, or is none. */
  | 'ERR_SPILLWAY_BATCH_FOLDER'
  /** Another process works in the folder. */
  | 'ERR_SPILLWAY_BATCH_LOCKED'
  /** The journal is damaged, or of another version. */
  | 'ERR_SPILLWAY_BATCH_JOURNAL'
  /** There is no run in the folder. */
  | 'ERR_SPILLWAY_BATCH_NO_RUN'

/** Something to be put right before any call is made. The message says what, and what to do. */
export class BatchError extends Error {
  override readonly name = 'BatchError'
  readonly code: BatchErrorCode
  /** Each mistake with its line, or each difference; else empty. Never the text of a prompt. */
  readonly problems: readonly string[]

  constructor(
    code: BatchErrorCode,
    message: string,
    options: ErrorOptions & { readonly problems?: readonly string[] } = {},
  ) {
    super(message, options)
    this.code = code
    this.problems = options.problems ?? []
  }
}
