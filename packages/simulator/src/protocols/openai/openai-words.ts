import type { ModelRequest } from '../model-request.ts'
import type { ReplyContext } from '../protocol.ts'

/** What the model made, before an API has words for it. */
export interface Made {
  /** Tokens of a text, or pictures in base64. */
  readonly pieces: readonly string[]
  /** Why it ended: `stop`, `length`, `content_filter`. */
  readonly finish: string
}

/** How one of OpenAI's APIs tells what was made. */
interface OpenaiWords {
  /** In one body. */
  whole(made: Made): object
  /** In events of a stream: before the first content, the content, and what ends it. */
  events(made: Made): { readonly preamble: string[]; readonly content: string[]; readonly final: string[] }
  /** That it failed after all: a frame of a stream, or a body. */
  failed(error: object): string
}

/** Finds the words for a request. */
export type OpenaiSpeech = (request: ModelRequest, context: ReplyContext) => OpenaiWords

/** An event without a name. */
export const frame = (data: object): string => `data: ${JSON.stringify(data)}\n\n`

/** An event that has its type for a name. */
export const namedFrame = (type: string, data: object): string => `event: ${type}\n${frame({ type, ...data })}`
