/** A place that can serve a call: base URL, credentials, model names. Adapters add what they need to reach it. */
export interface Endpoint {
  /** Unique within a pool; appears in events, errors and metrics. */
  readonly name: string
}

/** The share of state that a gate uses for a call: the endpoint's own, where there are endpoints. */
export type PartitionKey = (context: { readonly endpoint: Endpoint | undefined }) => string

/** One share for each endpoint, and one for calls that have none. */
export const byEndpoint: PartitionKey = (context) => context.endpoint?.name ?? ''
