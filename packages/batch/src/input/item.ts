/** One thing to make: a line of the input. */
export interface BatchItem {
  /** What the line calls itself (`custom_id`, `id`), else its number as text. Unique within a run. */
  readonly id: string
  /** Where it stands in the input, from 1. */
  readonly line: number
  /** The same for lines that ask for the same with the same settings, and for nothing else. Tells nothing of the prompt. */
  readonly fingerprint: string
  readonly prompt: string
  /** What the line says beside its prompt: `size`, `quality`, and whatever else the provider knows. */
  readonly settings: Readonly<Record<string, unknown>>
  /** The model that the line itself asks for. */
  readonly model?: string
}

/** Whether the item is called something else than the number of its line. */
export const hasOwnId = ({ id, line }: Pick<BatchItem, 'id' | 'line'>): boolean => id !== String(line)
