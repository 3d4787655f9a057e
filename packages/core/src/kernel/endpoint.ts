import type { CallContext } from './call-context.ts'

/** A place that can serve a call: base URL, credentials, model names. Adapters add what they need to reach it. */
export interface Endpoint {
  /** Unique within a pool; appears in events, errors and metrics. */
  readonly name: string
  /** Its share of the calls under `order: 'weighted'`: 0 or more; 0 takes calls only when no other can. @default 1 */
  readonly weight?: number
  /** Endpoints of a higher level are asked only when none of a lower one can take the call: an integer from 0. @default 0 */
  readonly level?: number
  /** A word for its key, not the key: endpoints with the same share what is blamed on the key. @default its own */
  readonly keyId?: string
  /** The project or account whose quota it uses: endpoints with the same share what is blamed on it. @default its own */
  readonly project?: string
  /** A word for the model whose capacity it uses: endpoints with the same share what is blamed on it. @default its own */
  readonly model?: string
  /** What a call costs there, in any currency: 0 or more. @default 0 */
  readonly costPerCall?: number
}

/** The fields of an {@link Endpoint}, for adapters that check their own. */
export const ENDPOINT_FIELDS: readonly string[] = [
  'name',
  'weight',
  'level',
  'keyId',
  'project',
  'model',
  'costPerCall',
]

/**
 * The share of state that a gate uses for a call. By default the endpoint's own, where there are endpoints; a value of the
 * call (`context.get(tenant)`) makes it one for each tenant.
 */
export type PartitionKey = (context: CallContext) => string

/** One share for each endpoint, and one for calls that have none. */
export const byEndpoint: PartitionKey = (context) => context.endpoint?.name ?? ''
