export { spillway } from './spillway.ts'
export { rateLimit } from './rate-limit.ts'
export { errorHandler } from './error-handler.ts'

export {
  ClientDisconnectedError,
  DEADLINE_HEADERS,
  INBOUND_RATE_LIMIT_DEFAULTS,
  MEMORY_QUOTA_STORE_DEFAULTS,
  memoryQuotaStore,
  SPILLWAY_DEFAULTS,
} from '@spillway/http/inbound'
export type {
  Criticality,
  DeadlineUnit,
  ErrorHandlerOptions,
  InboundRateLimitOptions,
  MemoryQuotaStoreOptions,
  QuotaLevel,
  QuotaStore,
  QuotaWish,
  RequestScope,
  SpillwayOptions,
} from '@spillway/http/inbound'
