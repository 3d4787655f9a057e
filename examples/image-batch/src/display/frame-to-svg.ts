import { stripVTControlCharacters } from 'node:util'
import stringWidth from 'string-width'

/** Columns and rows in pixels, for a monospaced font of 14. */
const CELL = { width: 8.43, height: 20 }
const PADDING = 24

/** A stretch of one line in one style. */
interface Run {
  readonly column: number
  readonly text: string
  readonly classes: readonly string[]
}

/** What the display's escape sequences mean. */
const CLASSES: Readonly<Record<string, string>> = {
  1: 'bold',
  2: 'dim',
  31: 'bad',
  32: 'good',
  33: 'warn',
  36: 'accent',
}

/** Draws a frame of the display, escape sequences and all, as an SVG that suits light and dark pages. */
export function frameToSvg(lines: readonly string[], alt: string): string {
  const columns = Math.max(...lines.map((line) => stringWidth(stripVTControlCharacters(line))))
  const width = Math.ceil(columns * CELL.width + 2 * PADDING)
  const height = lines.length * CELL.height + 2 * PADDING
  const drawn = lines.flatMap((line, row) => runsOf(line).map((run) => drawRun(run, PADDING + row * CELL.height)))
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img">
<title>${escape(alt)}</title>
<style>${STYLE}</style>
<rect class="page" x="0.5" y="0.5" width="${width - 1}" height="${height - 1}" rx="10"/>
${drawn.join('\n')}
</svg>
`
}

const STYLE = `
.page{fill:#fbfbfa;stroke:#d8d8d4}
text{font:14px ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;fill:#24292f;white-space:pre}
.dim{fill:#6a737d;stroke:#6a737d}.good{fill:#1a7f37;stroke:#1a7f37}.warn{fill:#9a6700;stroke:#9a6700}
.bad{fill:#cf222e;stroke:#cf222e}.accent{fill:#0e7490;stroke:#0e7490}.bold{font-weight:600}
text{stroke:none!important}
@media (prefers-color-scheme:dark){.page{fill:#0f1419;stroke:#30363d}text{fill:#d9dee3}
.dim{fill:#8b949e;stroke:#8b949e}.good{fill:#4ac26b;stroke:#4ac26b}.warn{fill:#d4a72c;stroke:#d4a72c}
.bad{fill:#ff7b72;stroke:#ff7b72}.accent{fill:#39c5cf;stroke:#39c5cf}}
`

/** Cuts a line where its style changes and where it goes over from letters to bars. */
function runsOf(line: string): Run[] {
  const runs: Run[] = []
  const on = new Set<string>()
  let column = 0
  // eslint-disable-next-line no-control-regex -- escape sequences are what this is about
  for (const [, code, text] of line.matchAll(/\u001B\[(\d+)m|(━+|─+|╌+| {2,}|(?:(?! {2})[^\u001B━─╌])+)/g)) {
    if (code !== undefined) {
      const name = CLASSES[code]
      if (name !== undefined) on.add(name)
      else if (code === '22') for (const each of ['bold', 'dim']) on.delete(each)
      else for (const each of ['bad', 'good', 'warn', 'accent']) on.delete(each)
    } else if (text !== undefined) {
      const letters = text.trimStart()
      // Not every renderer keeps a space at the beginning.
      const indent = text.length - letters.length
      if (letters !== '') runs.push({ column: column + indent, text: letters.trimEnd(), classes: [...on] })
      column += stringWidth(text)
    }
  }
  return runs
}

function drawRun({ column, text, classes }: Run, top: number): string {
  const x = tenths(PADDING + column * CELL.width)
  const width = tenths(stringWidth(text) * CELL.width)
  const styled = classes.length === 0 ? '' : ` class="${classes.join(' ')}"`
  const middle = top + CELL.height / 2
  // Bars as shapes: fonts leave gaps between their signs.
  if (/^━+$/.test(text))
    return `<rect${styled} stroke="none" x="${x}" y="${middle - 2.5}" width="${width}" height="5" rx="1"/>`
  if (/^[─╌]+$/.test(text)) {
    const dashes = text.startsWith('╌')
      ? ' stroke-dasharray="5 3.43" stroke-width="5"'
      : ' opacity="0.45" stroke-width="1.5"'
    return `<path${styled}${dashes} d="M${x} ${middle}h${width}"/>`
  }
  // Letters keep to their columns in whatever font there is; wide ones take what they need.
  const narrow = stringWidth(text) === text.length
  const held = narrow ? ` textLength="${width}"` : ''
  return `<text${styled} x="${x}" y="${middle + 5}"${held}>${escape(text)}</text>`
}

const tenths = (value: number): number => Math.round(value * 10) / 10

const escape = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
