import type { CallContext } from '../../kernel/call-context.ts'

/** How to tell the parts of a stream apart. */
export interface StreamedOptions<T> {
  /**
   * Whether a part is content; what is not (a heartbeat, an event that only opens the answer) neither commits the attempt
   * nor ends a silence. @default every part
   */
  readonly isContent?: (part: T) => boolean
  /**
   * Whether a part marks the end of the answer. Where this is given, a stream that ends without one is truncated.
   * @default a stream may end anywhere
   */
  readonly isTerminal?: (part: T) => boolean
}

/** Keeps count of what has come. */
export class PartWatch<T> {
  contentParts = 0
  /** Whether the end has been marked. */
  complete = false
  #mayEndAnywhere: boolean
  readonly #options: StreamedOptions<T>
  readonly #context: CallContext

  constructor(options: StreamedOptions<T>, context: CallContext) {
    this.#options = options
    this.#context = context
    this.#mayEndAnywhere = options.isTerminal === undefined
  }

  get mayEnd(): boolean {
    return this.complete || this.#mayEndAnywhere
  }

  /** Whether the part is content. Code that was handed in and throws decides nothing. */
  see(part: T): boolean {
    const { isContent, isTerminal } = this.#options
    let content = true
    try {
      content = isContent === undefined || isContent(part)
    } catch (thrown) {
      this.#context.report('isContent', thrown)
    }
    try {
      if (isTerminal?.(part) === true) this.complete = true
    } catch (thrown) {
      this.#mayEndAnywhere = true
      this.#context.report('isTerminal', thrown)
    }
    if (content) this.contentParts++
    return content
  }
}
