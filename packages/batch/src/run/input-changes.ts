import { BatchError } from '../batch-error.ts'

const MAX_IDS_SHOWN = 5

/** How an input differs from the one that the run began with. */
export class InputChanges {
  readonly #ids = {
    added: new Set<string>(),
    changed: new Set<string>(),
    moved: new Set<string>(),
    removed: new Set<string>(),
  }
  #promptStays = false

  added(id: string): void {
    this.#ids.added.add(id)
  }

  moved(from: string, to: string): void {
    this.#ids.moved.add(`${from} to ${to}`)
  }

  /**
   * What has its id now, as an edited line has its number, is the same one that has changed.
   *
   * @param hasSamePrompt is looked at as long as it may tell something
   */
  removed(id: string, hasSamePrompt: () => boolean): void {
    if (!this.#ids.added.delete(id)) return void this.#ids.removed.add(id)
    if (this.#ids.changed.size < MAX_IDS_SHOWN) this.#promptStays ||= hasSamePrompt()
    this.#ids.changed.add(id)
  }

  /** @throws BatchError where there are any */
  refuse(): void {
    const problems = Object.entries(this.#ids).flatMap(([kind, ids]) => {
      const rest = ids.size - MAX_IDS_SHOWN
      const more = rest > 0 ? ` and ${rest} more` : ''
      return ids.size === 0 ? [] : [`${ids.size} ${kind}: ${[...ids].slice(0, MAX_IDS_SHOWN).join(', ')}${more}`]
    })
    if (problems.length === 0) return
    const why = ['The prompt is the same: the model or a setting is not (--model and --simulate decide the model).']
    const message = [
      'The input is not the one that this run began with:',
      ...problems.map((problem) => `  ${problem}`),
      ...(this.#promptStays ? why : []),
      'Accept the changes (--accept-changes), or choose another folder.',
    ].join('\n')
    throw new BatchError('ERR_SPILLWAY_BATCH_INPUT_CHANGED', message, { problems })
  }
}
