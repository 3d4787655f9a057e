import type { ImageAnswer } from '../image-apis.ts'
import type { Prompt } from '../read-prompts.ts'

/** A way to get an image for a prompt from an API that is overloaded. */
export interface Strategy {
  readonly name: 'official client' | 'five-try loop' | 'spillway'
  /** What it does, in a few words. */
  readonly summary: string
  /** Rejects when it gives up, or with the signal's reason. */
  make(prompt: Prompt, signal: AbortSignal): Promise<ImageAnswer>
  /** Ends what it keeps running between calls. */
  dispose?(): void
}
