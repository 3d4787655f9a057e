import type { CallContext } from '../../kernel/call-context.ts'
import type { Endpoint } from '../../kernel/endpoint.ts'
import type { Outcome } from '../../kernel/outcome.ts'
import type { Rivals } from '../../kernel/rivals.ts'
import { isSpillwayError } from '../../kernel/spillway-error.ts'
import type { Branch } from './branch.ts'
import type { HedgeDenied, HedgeLost, HedgeWon } from './hedge-events.ts'
import { HedgeLostError } from './hedge-lost-error.ts'

/** The branches of a call that has more than one: the first useful answer wins, an error never wins over one at work. */
export class Race implements Rivals {
  readonly exclusive: boolean
  readonly denied: Set<HedgeDenied['reason']> = new Set()
  readonly #policy: string
  readonly #primary: Branch
  readonly #atWork = new Set<Branch>()
  /** How those failed that have, the primary first where it has. */
  readonly #failures: Outcome<unknown>[] = []
  #branches = 0
  #outcome: Outcome<unknown> | undefined
  #resolve: ((outcome: Outcome<unknown>) => void) | undefined

  constructor(policy: string, primary: Branch, exclusive: boolean) {
    this.#policy = policy
    this.#primary = primary
    this.exclusive = exclusive
    this.add(primary)
  }

  /** How it ended; `undefined` while it goes on. */
  get outcome(): Outcome<unknown> | undefined {
    return this.#outcome
  }

  get atWork(): number {
    return this.#atWork.size
  }

  add(branch: Branch): void {
    branch.race = this
    this.#branches++
    this.#atWork.add(branch)
  }

  ask(endpoint: Endpoint, context: CallContext): boolean {
    for (const branch of this.#atWork)
      if (branch.attemptContext?.endpoint === endpoint && !isUnder(context, branch)) return true
    return false
  }

  /** The outcome, when there is one. */
  ended(): Promise<Outcome<unknown>> {
    return new Promise((resolve) => {
      if (this.#outcome === undefined) this.#resolve = resolve
      else resolve(this.#outcome)
    })
  }

  /** A branch has ended. Says whether the call would have to go up with a failure now. */
  left(branch: Branch, outcome: Outcome<unknown>): boolean {
    if (this.#outcome !== undefined || !this.#atWork.delete(branch)) return false
    if (outcome.verdict.kind === 'success') {
      this.#won(branch, outcome)
      return false
    }
    branch.leave(outcome)
    if (branch === this.#primary) this.#failures.unshift(outcome)
    else this.#failures.push(outcome)
    return this.#atWork.size === 0
  }

  /**
   * All have failed: what the primary failed with, unless that is our own doing (a limit, a refusal) and the provider said
   * something to another. Adapters have errors of ours for what the provider says: those have its status.
   */
  lose(): void {
    const [first] = this.#failures
    const said = this.#failures.find(
      (each) => each.ok || !isSpillwayError(each.error) || each.verdict.status !== undefined,
    )
    this.#end((said ?? first) as Outcome<unknown>)
  }

  #won(winner: Branch, outcome: Outcome<unknown>): void {
    // Before anything else happens in this tick: what is not needed any more must not cost a token more.
    winner.leave(outcome)
    const losers = [...this.#atWork]
    this.#atWork.clear()
    for (const loser of losers) loser.abort(new HedgeLostError(this.#policy, loser.attemptContext !== undefined))
    if (winner.parent !== undefined) winner.parent.endpoint = winner.attemptContext?.endpoint
    const won = winner === this.#primary ? 'primary' : 'hedge'
    if (this.#branches > 1) winner.emit<HedgeWon>({ type: 'hedge.won', policy: this.#policy, winner: won })
    for (const loser of losers) {
      const billed = loser.attemptContext === undefined ? 'no' : 'unknown'
      loser.emit<HedgeLost>({ type: 'hedge.lost', policy: this.#policy, billed })
      loser.detach()
    }
    this.#end(outcome)
  }

  #end(outcome: Outcome<unknown>): void {
    this.#outcome = outcome
    this.#resolve?.(outcome)
  }
}

const isUnder = (context: CallContext, branch: Branch): boolean => {
  for (let above: CallContext | undefined = context; above !== undefined; above = above.parent)
    if (above === branch) return true
  return false
}
