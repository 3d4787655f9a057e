/** The stable codes of every error this package throws. */
export type SimulatorErrorCode =
  | 'ERR_SPILLWAY_SIMULATOR_INVALID_SCENARIO'
  | 'ERR_SPILLWAY_SIMULATOR_PORT_IN_USE'
  | 'ERR_SPILLWAY_SIMULATOR_CLOSED'
  | 'ERR_SPILLWAY_SIMULATOR_UNKNOWN_ENDPOINT'

/** What the simulator throws at whoever runs it. (What it answers to clients are the provider's own error bodies.) */
export class SimulatorError extends Error {
  override readonly name = 'SimulatorError'
  readonly code: SimulatorErrorCode
  /** Each mistake with its path, for an invalid scenario; else empty. */
  readonly problems: readonly string[]

  constructor(
    code: SimulatorErrorCode,
    message: string,
    options: ErrorOptions & { readonly problems?: readonly string[] } = {},
  ) {
    super(message, options)
    this.code = code
    this.problems = options.problems ?? []
  }
}
