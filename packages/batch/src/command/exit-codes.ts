/** What the program ends with. Frozen: scripts depend on it. */
export const EXIT = {
  /** Everything that was asked for is there. */
  done: 0,
  /** Some items failed, or nobody knows what became of them. */
  someFailed: 1,
  /** Something to put right before any call was made: an option, a file, a key. */
  usage: 2,
  /** Stopped by a limit of the run: cost, errors, deadline. */
  limit: 3,
  /** Ctrl-C. */
  interrupted: 130,
  /** SIGTERM. */
  terminated: 143,
} as const

/** One of {@link EXIT}. */
export type ExitCode = (typeof EXIT)[keyof typeof EXIT]
