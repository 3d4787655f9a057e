import { classifyReply } from '../classify/classify-reply.ts'
import { ProviderError } from '../classify/provider-error.ts'
import { secretsIn, without } from '../request/secrets.ts'
import { keepReply, withBytes } from './kept-reply.ts'
import type { Receiver } from './receiver.ts'

/** What an attempt fails with on an answer, which is put aside with what was read of it. */
export const failed = (
  response: Response,
  bytes: Uint8Array<ArrayBuffer>,
  said: unknown,
  receiver: Receiver,
): ProviderError => keepReply(asError(response, said, receiver), withBytes(response, bytes))

/** The same for an error inside a stream that the caller reads already. */
export const asError = (response: Response, body: unknown, { protocol, context, request }: Receiver): ProviderError => {
  const secrets = secretsIn(request)
  const { status, headers } = response
  const wallTimeMs = context.call.clock.wallTime()
  const source = {
    provider: protocol.provider,
    endpoint: context.endpoint?.name,
    requestId: without(secrets, headers.get('x-request-id') ?? headers.get('request-id') ?? '') || undefined,
  }
  return new ProviderError(
    source,
    (protocol.judgeReply ?? classifyReply)({ status, headers, body, wallTimeMs, secrets }),
  )
}
