import { sendEventsTo, sendStreamTo } from '@spillway/http/inbound'
import type { PartSource, SendEventsOptions, StreamEnding, StreamTarget } from '@spillway/http/inbound'
import type { Context } from 'koa'

/**
 * Sends what comes from a source (a generator, the stream of an official client, a web stream) as server-sent events: as fast
 * as the client reads, with heartbeats while the source is silent. A client that goes away ends the source.
 *
 * Nothing is sent before the first part or the first heartbeat, so that a source that fails at once is answered with its
 * status by `errorHandler`. One that fails later ends with an `error` event.
 *
 * ```ts no-run
 * import { sendEvents } from '@spillway/koa'
 * import Koa from 'koa'
 * import OpenAI from 'openai'
 *
 * const client = new OpenAI()
 * const app = new Koa()
 * app.use(async (ctx) => {
 *   const messages = [{ role: 'user' as const, content: String(ctx.query['q']) }]
 *   const stream = await client.chat.completions.create({ model: 'gpt-5', messages, stream: true })
 *   await sendEvents(ctx, stream, { end: '[DONE]' })
 * })
 * ```
 *
 * @returns how it ended: `whole`, or `client_left`
 * @throws InvalidOptionsError when an option is out of its range or not known, and what the source throws
 */
export const sendEvents = <Part>(
  ctx: Context,
  source: PartSource<Part>,
  options?: SendEventsOptions<Part>,
): Promise<StreamEnding> => sendEventsTo(targetOf(ctx), source, options)

/**
 * Sends text or bytes as they come, as fast as the client reads, under the headers that the handler has set. A client that goes
 * away ends the source. A source that fails after its first part cuts the answer.
 *
 * @returns how it ended: `whole`, or `client_left`
 * @throws what the source throws
 */
export const sendStream = (ctx: Context, source: PartSource<string | Uint8Array>): Promise<StreamEnding> =>
  sendStreamTo(targetOf(ctx), source)

const targetOf = (ctx: Context): StreamTarget => ({
  request: ctx.req,
  response: ctx.res,
  begin: () => {
    // Koa would answer itself, with 404, when the handler is through.
    ctx.respond = false
    if (ctx.res.statusCode === 404) ctx.status = 200
  },
})
