/** What a request asks for, whatever protocol it came in. */
export interface ModelRequest {
  readonly kind: 'image' | 'chat'
  readonly model: string
  readonly prompt: string
  readonly stream: boolean
  /** Images asked for; 0 for chat. */
  readonly images: number
  /** Drafts to be sent in a stream before the finished image. */
  readonly drafts: number
  readonly width: number
  readonly height: number
  readonly seed: number | undefined
  readonly maxTokens: number | undefined
  /** The client wants the token counts at the end of a stream. */
  readonly withUsage: boolean
}

/** Why a body cannot be read as a request, in the provider's words. */
export interface RequestProblem {
  readonly problem: string
}

/** The longest side of an image, before the endpoint's own scale. Real ones are larger. */
export const LONGEST_SIDE_PX = 256

/** Turns `16:9`, or `1536x1024`, into a small size of that shape. */
export function sizeOf(shape: string | undefined): { width: number; height: number } {
  const match = /^(\d{1,5})[:x](\d{1,5})$/.exec(shape ?? '')
  const across = Number(match?.[1] ?? 1)
  const down = Number(match?.[2] ?? 1)
  const longest = Math.max(across, down)
  if (!(across > 0 && down > 0) || longest > 8 * Math.min(across, down)) return sizeOf('1:1')
  const scaled = (side: number): number => Math.round((LONGEST_SIDE_PX * side) / longest)
  return { width: scaled(across), height: scaled(down) }
}

/** Providers count about four characters of English to a token. */
export function countTokens(text: string): number {
  return Math.max(1, Math.ceil(text.length / 4))
}
