/** What a server does to answer, as data: a fault is then a function from steps to steps. */
export type Step =
  | { readonly type: 'head'; readonly status: number; readonly headers: Readonly<Record<string, string>> }
  | { readonly type: 'write'; readonly data: string | Uint8Array; readonly part: StepPart }
  /** Model time to let pass. */
  | { readonly type: 'wait'; readonly ms: number }
  /** The body ends as it should. */
  | { readonly type: 'end' }
  /** Nothing more comes, and the socket stays open. */
  | { readonly type: 'stall' }
  /** TCP reset. */
  | { readonly type: 'reset' }

/**
 * What a write carries: `preamble` before the first content, `content`, `final` what marks the answer as complete
 * (finish reason, usage, `[DONE]`), `body` a whole body that is not a stream.
 */
/** What a write belongs to. */
export type StepPart = 'preamble' | 'content' | 'final' | 'body' | 'error' | 'comment'
