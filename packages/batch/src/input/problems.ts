import { BatchError } from '../batch-error.ts'

const MAX_PROBLEMS_SHOWN = 20

/** The problems that are shown, and how many there are: a wrong file may have a million. */
export class Problems {
  count = 0
  readonly #shown: string[] = []
  readonly #name: string

  constructor(name: string) {
    this.#name = name
  }

  add(line: number, problem: string): void {
    this.count++
    if (this.count <= MAX_PROBLEMS_SHOWN) this.#shown.push(`line ${line}: ${problem}`)
  }

  throw(): void {
    if (this.count === 0) return
    const count = this.count === 1 ? 'a problem' : `${this.count} problems`
    const rest = this.count - this.#shown.length
    const lines = [...this.#shown, ...(rest > 0 ? [`and ${rest} more`] : [])].map((line) => `  ${line}`)
    const message = [`${this.#name} has ${count}, and nothing was sent:`, ...lines].join('\n')
    throw new BatchError('ERR_SPILLWAY_BATCH_INPUT', message, { problems: this.#shown })
  }
}
