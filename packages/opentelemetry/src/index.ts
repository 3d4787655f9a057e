export { instrument } from './instrument.ts'
export { registerSpillway } from './register-spillway.ts'
export { OPEN_TELEMETRY_DEFAULTS } from './open-telemetry-options.ts'
export type { LoggerSource, OpenTelemetryOptions } from './open-telemetry-options.ts'
