import type { FaultSpec } from '../faults/fault.ts'
import { FAULTS } from '../faults/table.ts'
import { ModelError } from './model-error.ts'
import type { Offer, OfferedRequest } from './offer.ts'
import type { Upstream } from './upstream.ts'

/**
 * One request to a model without a server, as a client without retries makes it. Resolves when the answer is complete;
 * a request that hangs ends with its signal alone.
 *
 * @param signal ends the request; what that does to the work is the endpoint's `abandoned` setting.
 * @throws ModelError when the model refuses, or its answer is broken or empty; the signal's reason when that ends first.
 * @example
 * await askUpstream(upstream, { kind: 'image', model: 'm', key: 'k', promptHash: 'p', images: 1, inputTokens: 8, outputTokens: 1290 }, signal)
 */
export const askUpstream = (upstream: Upstream, request: OfferedRequest, signal: AbortSignal): Promise<void> =>
  new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason)
    let fault: FaultSpec | undefined
    const end = (settle: () => void): void => {
      signal.removeEventListener('abort', leave)
      settle()
    }
    const fail = (spec: FaultSpec): void => {
      if (FAULTS[spec.fault].effect !== 'hang') end(() => reject(new ModelError(spec)))
    }
    const leave = (): void => {
      offer?.abandon()
      end(() => reject(signal.reason))
    }
    signal.addEventListener('abort', leave)
    let offer: Offer | undefined
    offer = upstream.offer(request, (event) => {
      if (event.type === 'refused') fail(event.refusal)
      else if (event.type === 'started') fault = event.fault
      else if (fault === undefined || FAULTS[fault.fault].effect === 'whole') end(resolve)
      else fail(fault)
    })
  })
