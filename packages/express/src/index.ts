export { spillway } from './spillway.ts'
export { loadShed } from './load-shed.ts'
export type { LoadShed } from './load-shed.ts'
export { rateLimit } from './rate-limit.ts'
export { errorHandler } from './error-handler.ts'

export {
  ClientDisconnectedError,
  DEADLINE_HEADERS,
  INBOUND_RATE_LIMIT_DEFAULTS,
  LOAD_SHED_DEFAULTS,
  MEMORY_QUOTA_STORE_DEFAULTS,
  memoryQuotaStore,
  SPILLWAY_DEFAULTS,
} from '@spillway/http/inbound'
export type {
  Criticality,
  DeadlineUnit,
  ErrorHandlerOptions,
  InboundRateLimitOptions,
  LoadShedOptions,
  LoadShedState,
  MemoryQuotaStoreOptions,
  Pressure,
  QuotaLevel,
  QuotaStore,
  QuotaWish,
  RequestScope,
  ShedReason,
  SpillwayOptions,
} from '@spillway/http/inbound'
