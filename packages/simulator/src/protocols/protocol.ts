import type { QuotaLevel } from '../model/quota.ts'
import type { ErrorName } from './error-name.ts'
import type { ModelRequest, RequestProblem } from './model-request.ts'
import type { ErrorAnswer, ErrorDetail, Reply } from './reply.ts'

/** A request line that a protocol serves. */
export interface Route {
  readonly operation: 'generate' | 'chat' | 'responses' | 'images' | 'edits' | 'models'
  /** From the path, where the protocol has it there. */
  readonly model?: string
  /** `sse`, or the whole stream as one JSON array, when the path asks for a stream. */
  readonly stream?: 'sse' | 'array'
}

/** What a reply needs beside the request. */
export interface ReplyContext {
  readonly requestId: string
  /** Divides model time into the time the client lives in. */
  readonly timeScale: number
  readonly unixSeconds: number
  readonly quota: { readonly requests?: QuotaLevel; readonly tokens?: QuotaLevel }
}

/** A way to talk to a model over HTTP. */
export interface Protocol {
  readonly name: 'gemini' | 'openai'
  match(method: string, path: string, query: URLSearchParams): Route | undefined
  key(headers: Readonly<Record<string, string | string[] | undefined>>, query: URLSearchParams): string
  parse(route: Route, body: unknown): ModelRequest | RequestProblem
  error(name: ErrorName, context: ReplyContext, detail: ErrorDetail & { readonly model: string }): ErrorAnswer
  reply(route: Route, request: ModelRequest, text: readonly string[], context: ReplyContext): Reply
  models(names: readonly string[]): object
}
