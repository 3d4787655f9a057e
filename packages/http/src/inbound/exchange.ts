import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Answer } from './failure/answer.ts'

/** A request as a guard gets it: the host's own object, Node's, and what only the host knows. */
export interface Exchange<Host> {
  readonly host: Host
  readonly request: IncomingMessage
  readonly response: ServerResponse
  /** The client's address as the host sees it, through the proxies that it trusts. */
  readonly ip: string | undefined
  /** Without the query. */
  readonly path: string
}

/** Looks at a request before its handler does. Gives the answer that refuses it, or nothing. */
export type Guard<Host> = (exchange: Exchange<Host>) => Answer | undefined | Promise<Answer | undefined>
