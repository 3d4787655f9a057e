export { spillway } from './spillway.ts'
export { loadShed } from './load-shed.ts'
export type { LoadShed } from './load-shed.ts'
export { rateLimit } from './rate-limit.ts'
export { sendEvents, sendStream } from './send.ts'
export { errorHandler } from './error-handler.ts'

export {
  ClientDisconnectedError,
  DEADLINE_HEADERS,
  INBOUND_RATE_LIMIT_DEFAULTS,
  LOAD_SHED_DEFAULTS,
  MEMORY_QUOTA_STORE_DEFAULTS,
  memoryQuotaStore,
  SEND_EVENTS_DEFAULTS,
  SPILLWAY_DEFAULTS,
} from '@spillway/http/inbound'
export type {
  Criticality,
  DeadlineUnit,
  ErrorHandlerOptions,
  EventToSend,
  InboundRateLimitOptions,
  LoadShedOptions,
  LoadShedState,
  MemoryQuotaStoreOptions,
  PartSource,
  Pressure,
  QuotaLevel,
  QuotaStore,
  QuotaWish,
  RequestScope,
  SendEventsOptions,
  ShedReason,
  SpillwayOptions,
  StreamEnding,
} from '@spillway/http/inbound'
