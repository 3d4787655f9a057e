import type { CallContext } from './call-context.ts'

/** A place that can serve a call: base URL, credentials, model names. Adapters add what they need to reach it. */
export interface Endpoint {
  /** Unique within a pool; appears in events, errors and metrics. */
  readonly name: string
}

/**
 * The share of state that a gate uses for a call. By default the endpoint's own, where there are endpoints; a value of the
 * call (`context.get(tenant)`) makes it one for each tenant.
 */
export type PartitionKey = (context: CallContext) => string

/** One share for each endpoint, and one for calls that have none. */
export const byEndpoint: PartitionKey = (context) => context.endpoint?.name ?? ''
