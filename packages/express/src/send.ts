import { sendEventsTo, sendStreamTo } from '@spillway/http/inbound'
import type { PartSource, SendEventsOptions, StreamEnding } from '@spillway/http/inbound'
import type { Request, Response } from 'express'

/**
 * Sends what comes from a source (a generator, the stream of an official client, a web stream) as server-sent events: as fast
 * as the client reads, with heartbeats while the source is silent. A client that goes away ends the source.
 *
 * Nothing is sent before the first part or the first heartbeat, so that a source that fails at once is answered with its
 * status by `errorHandler`. One that fails later ends with an `error` event.
 *
 * ```ts no-run
 * import { sendEvents } from '@spillway/express'
 * import express from 'express'
 * import OpenAI from 'openai'
 *
 * const client = new OpenAI()
 * const app = express().use(express.json())
 * app.post('/chat', async (request, response) => {
 *   const stream = await client.chat.completions.create({ model: 'gpt-5', messages: request.body.messages, stream: true })
 *   await sendEvents(request, response, stream, { end: '[DONE]' })
 * })
 * ```
 *
 * @returns how it ended: `whole`, or `client_left`
 * @throws InvalidOptionsError when an option is out of its range or not known, and what the source throws
 */
export const sendEvents = <Part>(
  request: Request,
  response: Response,
  source: PartSource<Part>,
  options?: SendEventsOptions<Part>,
): Promise<StreamEnding> => sendEventsTo({ request, response, begin }, source, options)

/**
 * Sends text or bytes as they come, as fast as the client reads, under the headers that the handler has set. A client that goes
 * away ends the source. A source that fails after its first part cuts the answer.
 *
 * @returns how it ended: `whole`, or `client_left`
 * @throws what the source throws
 */
export const sendStream = (
  request: Request,
  response: Response,
  source: PartSource<string | Uint8Array>,
): Promise<StreamEnding> => sendStreamTo({ request, response, begin }, source)

/** Express leaves an answer alone that somebody else gives. */
const begin = (): void => {}
