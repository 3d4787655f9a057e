import type { Classifier, Verdict } from '@spillway/core'

/** A provider's refusal that says how it is to be judged. Its message holds what must never leave the process. */
export class Refused extends Error {
  override readonly name = 'Refused'
  readonly verdict: Verdict

  constructor(verdict: Verdict) {
    super('you asked: CANARY-PROMPT with the key CANARY-KEY')
    this.verdict = verdict
  }
}

export const classifier: Classifier = {
  error: (error) => (error instanceof Refused ? error.verdict : undefined),
}

export const overloaded: Verdict = {
  kind: 'overloaded',
  status: 503,
  code: 'UNAVAILABLE',
  scope: 'model',
  billed: 'no',
}
