import type { Random } from '../random.ts'
import type { ServiceTimeSettings } from '../scenario/resolve.ts'
import type { OfferedRequest } from './offer.ts'

/** How long a generation holds its slot, in model time. */
export function drawServiceMs(
  request: Pick<OfferedRequest, 'kind' | 'images' | 'outputTokens'>,
  times: ServiceTimeSettings,
  random: Random,
): number {
  if (request.kind === 'image') {
    const { minMs, meanMs, maxMs, deviationMs } = times.image
    return Math.min(maxMs, Math.max(minMs, random.normal(meanMs, deviationMs)))
  }
  const { firstTokenMs, tokensPerSecond, jitterRatio } = times.chat
  const evenMs = firstTokenMs + (request.outputTokens / tokensPerSecond) * 1000
  return evenMs * (1 + jitterRatio * (2 * random.next() - 1))
}
