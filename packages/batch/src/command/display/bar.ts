import type { Style } from './style.ts'

/** A part of a bar. */
export interface Part {
  readonly amount: number
  readonly paint: keyof Style
  readonly sign: string
}

/** A bar of so many columns; what is left of `total` stays empty. A part that is not zero shows. */
export function bar(parts: readonly Part[], total: number, width: number, style: Style): string {
  let drawn = ''
  let used = 0
  let sum = 0
  for (const { amount, paint, sign } of parts) {
    sum += amount
    const share = total > 0 ? Math.round((sum / total) * width) : 0
    const end = Math.min(width, Math.max(share, amount > 0 ? used + 1 : used))
    drawn += style[paint](sign.repeat(end - used))
    used = end
  }
  return drawn + style.dim('─'.repeat(width - used))
}
