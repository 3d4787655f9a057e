export { spillway } from './spillway.ts'
export { errorHandler } from './error-handler.ts'

export { ClientDisconnectedError, DEADLINE_HEADERS, SPILLWAY_DEFAULTS } from '@spillway/http/inbound'
export type {
  Criticality,
  DeadlineUnit,
  ErrorHandlerOptions,
  RequestScope,
  SpillwayOptions,
} from '@spillway/http/inbound'
