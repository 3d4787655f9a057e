import type { PartSource } from './parts-of.ts'
import { sendParts } from './send-parts.ts'
import type { StreamEnding, StreamTarget } from './stream-target.ts'

/**
 * Sends parts as they are: text or bytes, under the headers that the handler has set.
 *
 * @throws what the source throws
 */
export const sendStreamTo = (target: StreamTarget, source: PartSource<string | Uint8Array>): Promise<StreamEnding> =>
  sendParts(target, source, { headers: {}, render: (part) => part })
