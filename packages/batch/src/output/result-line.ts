import type { ItemRecord } from '../journal/records.ts'

/** A line of `results.jsonl`: OpenAI's batch output, and what Spillway adds. */
export interface ResultLine {
  readonly custom_id: string
  readonly response: null | {
    readonly status_code: number
    readonly body: { readonly model: string; readonly data: readonly { readonly file: string }[] }
  }
  readonly error: null | {
    readonly code: string
    readonly message: string
    readonly verdict?: string
    readonly status_code?: number
  }
  readonly state: 'done' | 'failed' | 'unknown'
  /** `request`: it was asked for. `cache`: it was kept from before. `same`: `same_as` is made for both. */
  readonly source?: 'request' | 'cache' | 'same'
  readonly same_as?: string
  readonly files: readonly { readonly name: string; readonly bytes: number; readonly sha256: string }[]
  readonly endpoint?: string
  readonly attempts: number
  readonly usage?: Readonly<Record<string, number>>
  /** In the currency of the prices; nothing where it cost nothing, or nobody has said a price. */
  readonly cost?: number
  readonly timing: { readonly started_at?: string; readonly ended_at?: string; readonly took_ms?: number }
  readonly line: number
}

/** What `results.jsonl` says of an item that has ended. Everything in it is in the journal. */
export function resultLine(item: ItemRecord): ResultLine {
  const { id, state, made, error, sameAs, attempts, cost, startedAt, endedAt, line } = item
  return {
    custom_id: id,
    response: made
      ? { status_code: 200, body: { model: made.model, data: made.files.map(({ name }) => ({ file: name })) } }
      : null,
    error: error
      ? {
          code: error.code,
          message: error.message,
          ...(error.verdict !== undefined && { verdict: error.verdict }),
          ...(error.status !== undefined && { status_code: error.status }),
        }
      : null,
    state: state as ResultLine['state'],
    ...(made && { source: made.source }),
    ...(sameAs !== undefined && { same_as: sameAs }),
    files: made?.files ?? [],
    ...(made && { endpoint: made.endpoint }),
    attempts,
    ...(made?.usage && { usage: made.usage }),
    ...(cost > 0 && { cost }),
    timing: {
      ...(startedAt !== undefined && { started_at: new Date(startedAt).toISOString() }),
      ...(endedAt !== undefined && { ended_at: new Date(endedAt).toISOString() }),
      ...(startedAt !== undefined && endedAt !== undefined && { took_ms: endedAt - startedAt }),
    },
    line,
  }
}

/** A line of `errors.jsonl`: the item as it can be given as input again, and why it failed, which the input leaves aside. */
export const errorLine = ({ id, prompt, settings, model, error }: ItemRecord): object => ({
  id,
  prompt,
  ...(model !== undefined && { model }),
  ...settings,
  error,
})
