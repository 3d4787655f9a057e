import { widthOf } from './width.ts'

/** Where a run shows itself: lines that stay and, in a terminal, a part below them that is drawn again and again. */
export interface Screen {
  /** Whether {@link draw} shows anything. */
  readonly live: boolean
  size(): { readonly columns: number; readonly rows: number }
  /** A line that stays. */
  print(line: string): void
  /** Replaces the part below, in one write and only where it has changed. */
  draw(lines: readonly string[]): void
  /** Takes the part below away, and gives the cursor back. May be called twice. */
  leave(): void
}

/** Where somebody sees a redrawn part as it is meant. */
export const isLive = (stream: { readonly isTTY?: boolean }, env: NodeJS.ProcessEnv): boolean =>
  stream.isTTY === true && (env['CI'] ?? '') === '' && env['TERM'] !== 'dumb'

/** Lines alone. */
export const plainScreen = (write: (text: string) => void): Screen => ({
  live: false,
  size: () => ({ columns: 200, rows: Infinity }),
  print: (line) => write(`${line}\n`),
  draw: () => undefined,
  leave: () => undefined,
})

const HIDE_CURSOR = '\u001b[?25l'
const SHOW_CURSOR = '\u001b[?25h'
/** Terminals that know it show what comes between at once; others pass over it. */
const BEGIN = '\u001b[?2026h'
const END = '\u001b[?2026l'

/** What of a terminal is used. */
export type Terminal = Pick<NodeJS.WriteStream, 'write' | 'columns' | 'rows'>

/** A terminal. No line of a drawn part may be wider than it, and the part no higher. */
export function liveScreen(terminal: Terminal): Screen {
  let drawn: readonly string[] = []

  /** Where the terminal has become narrower, it has broken drawn lines: they take more rows than they did. */
  const erase = (): string => {
    if (drawn.length === 0) return ''
    const columns = Math.max(1, terminal.columns)
    const rows = drawn.reduce((sum, line) => sum + Math.max(1, Math.ceil(widthOf(line) / columns)), 0)
    return `\r${rows > 1 ? `\u001b[${rows - 1}A` : ''}\u001b[0J`
  }

  return {
    live: true,
    size: () => ({ columns: terminal.columns || 80, rows: terminal.rows || 24 }),
    print(line) {
      terminal.write(`${BEGIN}${erase()}${line}\n${drawn.join('\n')}${END}`)
    },
    draw(lines) {
      if (lines.length === drawn.length && lines.every((line, i) => line === drawn[i])) return
      const hide = drawn.length === 0 ? HIDE_CURSOR : ''
      terminal.write(`${BEGIN}${hide}${erase()}${lines.join('\n')}${END}`)
      drawn = lines
    },
    leave() {
      if (drawn.length === 0) return
      terminal.write(`${erase()}${SHOW_CURSOR}`)
      drawn = []
    },
  }
}

/** The screen of a command: none, a part that is redrawn, or lines. */
export const screenFor = (
  { quiet }: { readonly quiet?: true },
  { stderr, env }: { readonly stderr: NodeJS.WriteStream; readonly env: NodeJS.ProcessEnv },
): Screen => {
  if (quiet) return plainScreen(() => undefined)
  return isLive(stderr, env) ? liveScreen(stderr) : plainScreen((text) => void stderr.write(text))
}
