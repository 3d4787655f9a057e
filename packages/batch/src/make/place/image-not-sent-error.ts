import type { SpillwayError, Verdict } from '@spillway/core'

/** A place answers with the address of a picture instead of the picture. Addresses from outside are not followed. */
export class ImageNotSentError extends Error implements SpillwayError {
  readonly isSpillwayError = true
  override readonly name = 'ImageNotSentError'
  readonly code = 'ERR_SPILLWAY_BATCH_IMAGE_NOT_SENT'
  readonly verdict: Verdict = { kind: 'endpoint_failed', sent: true, billed: 'yes' }

  constructor(place: string) {
    super(
      `${place} answers with the address of a picture instead of the picture, and addresses are not followed: ask for the picture itself, for many relays with "response_format": "b64_json" in the line.`,
    )
  }
}
