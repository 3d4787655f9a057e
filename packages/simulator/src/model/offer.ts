import type { FaultSpec, ScriptedReply } from '../faults/fault.ts'

/** A request as the model sees it: what it costs, not what it says. */
export interface OfferedRequest {
  readonly kind: 'image' | 'chat'
  readonly model: string
  /** Who asks: an API key, or any name for one. Only its hash is kept. */
  readonly key: string
  /** Stands for the prompt in the counters. */
  readonly promptHash: string
  /** Images asked for, 0 for chat. */
  readonly images: number
  readonly inputTokens: number
  readonly outputTokens: number
}

/** A refusal together with what the provider says about it. */
export interface Refusal extends FaultSpec {
  /** Who refused: the script, chance, a phase, the quota, the full queue, or an idempotency key that stands for something else. */
  readonly by: 'script' | 'chance' | 'phase' | 'quota' | 'queue' | 'key'
  /** The limit that was hit, when it was a quota. */
  readonly quota?: QuotaHit
}

/** Which limit a request ran into. */
export interface QuotaHit {
  readonly limit: 'requestsPerMinute' | 'tokensPerMinute' | 'requestsPerDay' | 'imagesPerDay'
  readonly value: number
  /** Model time until a request like this fits. */
  readonly retryAfterMs: number
}

/** What becomes of an offered request: `refused`, or `started` and later `completed`. */
export type OfferEvent =
  | { readonly type: 'refused'; readonly refusal: Refusal }
  | {
      readonly type: 'started'
      /** How long it waited for a slot. */
      readonly queuedMs: number
      /** How long the generation takes from now. */
      readonly serviceMs: number
      /** A fault that will change the answer. */
      readonly fault?: FaultSpec
      /** What the script says about the answer. */
      readonly scripted?: ScriptedReply
    }
  | { readonly type: 'completed' }

/** The requester's end of an offered request. */
export interface Offer {
  /** The client has left. What that does to the work is the endpoint's `abandoned` setting. */
  abandon(): void
}
