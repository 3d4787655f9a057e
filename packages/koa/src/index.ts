export { spillway } from './spillway.ts'
export { loadShed } from './load-shed.ts'
export type { LoadShed } from './load-shed.ts'
export { rateLimit } from './rate-limit.ts'
export { sendEvents, sendStream } from './send.ts'
export { health, ready } from './health.ts'
export { errorHandler } from './error-handler.ts'

export {
  ClientDisconnectedError,
  DEADLINE_HEADERS,
  GRACEFUL_SHUTDOWN_DEFAULTS,
  gracefulShutdown,
  INBOUND_RATE_LIMIT_DEFAULTS,
  LOAD_SHED_DEFAULTS,
  MEMORY_QUOTA_STORE_DEFAULTS,
  memoryQuotaStore,
  SEND_EVENTS_DEFAULTS,
  SPILLWAY_DEFAULTS,
} from '@spillway/http/inbound'
export type {
  AnyServer,
  Criticality,
  DeadlineUnit,
  ErrorHandlerOptions,
  EventToSend,
  GracefulShutdown,
  GracefulShutdownOptions,
  HealthOptions,
  InboundRateLimitOptions,
  LoadShedOptions,
  LoadShedState,
  MemoryQuotaStoreOptions,
  ObservedPipeline,
  PartSource,
  Pressure,
  QuotaLevel,
  QuotaStore,
  QuotaWish,
  ReadyOptions,
  RequestScope,
  SendEventsOptions,
  ShedReason,
  ShutdownResult,
  SpillwayOptions,
  StreamEnding,
} from '@spillway/http/inbound'
