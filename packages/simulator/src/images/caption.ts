import type { Random } from '../random.ts'
import { type Canvas, type Color, mix } from './canvas.ts'
import { LETTER_ROWS, foldToFont, letterColumns } from './font.ts'
import type { Palette } from './palettes.ts'

const MARGIN = 10
const LEADING = 3
const MOST_LINES = 3
/** Up to here a script this font does not have may appear in a caption without making it misleading. */
const TOLERATED_LOSS_RATIO = 0.2

/** Writes the prompt under the picture; where the font lacks its script, a strip of colours that is the prompt's own. */
export function drawCaption(canvas: Canvas, palette: Palette, prompt: string, random: Random): void {
  const { width, height } = canvas
  const { text, lostRatio } = foldToFont(prompt)
  const paper = mix(palette.light, [255, 255, 255], 0.5)
  const ink = mix(palette.ground, [0, 0, 0], 0.25)
  const room = width - 2 * MARGIN
  if (text === '' || lostRatio > TOLERATED_LOSS_RATIO) {
    drawStrip(canvas, palette, paper, random)
    return
  }
  const scale = widthOf(text) * 2 <= room ? 2 : 1
  const lines = wrap(text, room / scale)
  const lineHeight = LETTER_ROWS * scale + LEADING
  const top = height - MARGIN - lines.length * lineHeight - 4
  canvas.rect(0, top, width, height - top, paper, 0.93)
  canvas.rect(0, top, width, 2, palette.tones[2])
  for (const [index, line] of lines.entries()) {
    drawText(canvas, line, MARGIN, top + MARGIN + index * lineHeight, scale, ink)
  }
}

function drawStrip(canvas: Canvas, { ground, light, tones }: Palette, paper: Color, random: Random): void {
  const { width, height } = canvas
  const cells = 16
  const size = (width - 2 * MARGIN) / cells
  const top = height - 2 * MARGIN - size
  canvas.rect(0, top, width, height - top, paper, 0.93)
  canvas.rect(0, top, width, 2, tones[2])
  const colors = [ground, mix(light, ground, 0.25), ...tones]
  for (let cell = 0; cell < cells; cell++) {
    const color = colors[Math.floor(random.next() * colors.length)]!
    const [x, y] = [MARGIN + (cell + 0.5) * size, top + MARGIN + size / 2]
    if (random.next() < 0.5) canvas.disc(x, y, size * 0.4, color)
    else canvas.rect(Math.round(x - size * 0.35), Math.round(y - size * 0.35), size * 0.7, size * 0.7, color)
  }
}

function drawText(canvas: Canvas, text: string, left: number, top: number, scale: number, color: Color): void {
  let x = left
  for (const letter of text) {
    for (const column of letterColumns(letter) ?? []) {
      for (let row = 0; row < LETTER_ROWS; row++) {
        if ((column >> row) & 1) canvas.rect(x, top + row * scale, scale, scale, color)
      }
      x += scale
    }
    x += scale
  }
}

function widthOf(text: string): number {
  let width = 0
  for (const letter of text) width += (letterColumns(letter)?.length ?? 0) + 1
  return width
}

/** Breaks at spaces, and inside a word that is wider than a line; what is too long ends in dots. */
function wrap(text: string, room: number): string[] {
  const lines: string[] = []
  let line = ''
  const pieces = text.match(/\S{1,24}|\s+/g) ?? []
  for (const piece of pieces) {
    if (widthOf(line + piece) <= room) line += piece
    else {
      lines.push(line)
      line = piece.trimStart()
    }
  }
  lines.push(line)
  if (lines.length <= MOST_LINES) return lines
  let last = lines[MOST_LINES - 1]!
  while (last !== '' && widthOf(`${last}...`) > room) last = last.slice(0, -1)
  return [...lines.slice(0, MOST_LINES - 1), `${last}...`]
}
