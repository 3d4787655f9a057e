import type { CallContext, Classifier } from '@spillway/core'
import type { VirtualClock } from '@spillway/core/testing'

/** What an upstream does with a request. */
export type Reply = 'answer' | 'refuse' | 'hang'

/** A refusal as an overloaded provider sends it. */
class Overloaded extends Error {}

export const overloadedClassifier: Classifier = {
  error: (error) => (error instanceof Overloaded ? { kind: 'overloaded' } : undefined),
}

/** A model API without a network: refuses at once, answers after a while, as the test says at each instant. */
export class Upstream {
  readonly requests: { readonly at: number; readonly endpoint: string; readonly reply: Reply }[] = []
  readonly #clock: VirtualClock
  readonly #reply: (endpoint: string, now: number) => Reply
  readonly #answerMs: () => number

  constructor(clock: VirtualClock, reply: (endpoint: string, now: number) => Reply, answerMs: () => number) {
    this.#clock = clock
    this.#reply = reply
    this.#answerMs = answerMs
  }

  /** One request. Ends with the context's own reason when that ends first. */
  readonly ask = async (context: CallContext): Promise<string> => {
    const endpoint = context.endpoint?.name ?? ''
    const reply = this.#reply(endpoint, this.#clock.now())
    this.requests.push({ at: this.#clock.now(), endpoint, reply })
    const ms = reply === 'refuse' ? 200 : reply === 'answer' ? this.#answerMs() : Infinity
    if (!(await context.sleep(ms))) throw context.reason
    if (reply === 'refuse') throw new Overloaded('503: The model is overloaded. Please try again later.')
    return endpoint
  }

  /** When requests went to an endpoint. */
  sentTo(endpoint: string, from = 0, until = Infinity): number[] {
    return this.requests
      .filter((request) => request.endpoint === endpoint && request.at >= from && request.at < until)
      .map(({ at }) => at)
  }
}
