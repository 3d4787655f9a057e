import { createLogUpdate } from 'log-update'
import { COLOURS, NO_COLOURS, type Style } from './style.ts'

/** Where the job shows itself: lines that stay, and in a terminal a part below them that is redrawn. */
export interface Screen {
  /** Whether {@link draw} shows anything. */
  readonly live: boolean
  readonly style: Style
  size(): { readonly columns: number; readonly rows: number }
  readonly print: (line: string) => void
  /** Redraws the part below, in one write and only where it has changed. */
  draw(lines: readonly string[]): void
  /** Leaves what was drawn last where it is, and gives the cursor back. */
  leave(): void
}

/** Whether the output is a place for a live display: a terminal that nobody has asked to be plain. */
export function isLive(stream: { readonly isTTY?: boolean }, env: NodeJS.ProcessEnv): boolean {
  const refused = ['CI', 'NO_COLOR'].some((name) => (env[name] ?? '') !== '') || env['TERM'] === 'dumb'
  return stream.isTTY === true && !refused
}

/** Lines alone, without colours. */
export function plainScreen(write: (text: string) => void): Screen {
  return {
    live: false,
    style: NO_COLOURS,
    size: () => ({ columns: 100, rows: Infinity }),
    print: (line) => write(`${line}\n`),
    draw: () => undefined,
    leave: () => undefined,
  }
}

/** A terminal. */
export function liveScreen(stream: NodeJS.WriteStream): Screen {
  const update = createLogUpdate(stream)
  return {
    live: true,
    style: COLOURS,
    size: () => ({ columns: stream.columns, rows: stream.rows }),
    print(line) {
      update.clear()
      stream.write(`${line}\n`)
    },
    draw: (lines) => update(lines.join('\n')),
    leave: () => update.done(),
  }
}
