import type { CallContext, SpillwayError, Usage, Verdict } from '@spillway/core'
import type { Reply, ReplyJudgement } from './classify/classify-reply.ts'
import type { OutgoingRequest } from './request/outgoing-request.ts'
import type { ServerSentEvent } from './events/server-sent-events.ts'

/** What one event of a stream means. An empty object: a heartbeat or a preamble. */
export interface EventMeaning {
  /** Text, a tool call, image bytes: what the caller asked for. Commits the attempt. */
  readonly content?: boolean
  /** The answer is complete: the stream may end now. */
  readonly terminal?: boolean
  /** An error inside the stream: its JSON, judged like an error body. */
  readonly error?: unknown
  /** The verdict on an answer that ends without content; `empty` where none is given. */
  readonly verdict?: Verdict | undefined
  /** What the answer has used so far: the last event that names a unit counts. */
  readonly usage?: Usage | undefined
}

/** What a whole JSON answer with a success status means. An empty object: it is as it should be. */
export interface AnswerMeaning {
  /** An error inside the answer: its JSON, judged like an error body. */
  readonly error?: unknown
  /** `empty`: the result is missing. `request_failed`: it was withheld. The answer goes to the caller all the same. */
  readonly verdict?: Verdict | undefined
  /** What it used; told also where the answer is of no use, because it is billed. */
  readonly usage?: Usage | undefined
}

/** What {@link resilientFetch} has to know of a provider's dialect. Everything but the name is optional. */
export interface Protocol {
  /** Appears in errors: `openai`, `gemini`. */
  readonly provider: string
  /**
   * Rewrites a request for the endpoint of the attempt: URL, headers, body. Called once per attempt, with a copy that it
   * may change.
   */
  readonly address?: (request: OutgoingRequest, context: CallContext) => OutgoingRequest | PromiseLike<OutgoingRequest>
  /** Whether the request asks a model: only then are answers read for their meaning. @default all do */
  readonly isModelCall?: (request: OutgoingRequest) => boolean
  /**
   * Whether the request may be carried out twice, at the provider and on its bill. Where not, it is sent again only when
   * it surely was not carried out: not sent, refused, or answered without the result. @default all may
   */
  readonly mayRepeat?: (request: OutgoingRequest) => boolean
  /** The model that a request asks for, by the name that its client uses: what it costs goes by that. @default none */
  readonly modelOf?: (request: OutgoingRequest) => string | undefined
  /** Judges an answer that is no success. @default classifyReply */
  readonly judgeReply?: (reply: Reply) => ReplyJudgement
  /** Reads a JSON answer with a success status. @default it is as it should be */
  readonly readAnswer?: (answer: unknown, request: OutgoingRequest) => AnswerMeaning
  /** Reads an event. @default every event is content, and a stream may end anywhere */
  readonly readEvent?: (event: ServerSentEvent, request: OutgoingRequest) => EventMeaning
  /** The JSON body of a refusal of ours, in the provider's dialect. @default OpenAI's */
  readonly refusalBody?: (error: SpillwayError, status: number) => unknown
}

/** Plain HTTP: judged by status and error body alone. */
export const PLAIN_PROTOCOL: Protocol = { provider: 'upstream', isModelCall: () => false }
