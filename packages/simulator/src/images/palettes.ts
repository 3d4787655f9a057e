import type { Color } from './canvas.ts'

/** Five colours that go together: ground, light, and three between. */
export interface Palette {
  readonly ground: Color
  readonly light: Color
  readonly tones: readonly [Color, Color, Color]
}

/** Ground, light, then the tones from far to near. */
const HEX = [
  '1d3557 f1faee a8dadc 457b9d e63946',
  '2b2d42 edf2f4 8d99ae ef8354 d90429',
  '3d405b f4f1de f2cc8f 81b29a e07a5f',
  '264653 fefae0 e9c46a 2a9d8f e76f51',
  '22223b f2e9e4 c9ada7 9a8c98 4a4e69',
  '540b0e fff3b0 e09f3e 335c67 9e2a2b',
  '13293d e8f1f2 7fb7be 247ba0 d3f3ee',
  '344e41 f0ead2 a3b18a 588157 dda15e',
  '355070 fde9dc eaac8b b56576 6d597a',
  '1b263b f7ede2 f5cac3 84a59d f28482',
  '023047 fff8e7 8ecae6 219ebc ffb703',
  '432818 ffe6a7 bb9457 99582a 6f1d1b',
] as const

const PALETTES: readonly Palette[] = HEX.map((line) => {
  const [ground, light, ...tones] = line.split(' ').map(fromHex)
  return { ground: ground!, light: light!, tones: [tones[0]!, tones[1]!, tones[2]!] }
})

function fromHex(hex: string): Color {
  const value = Number.parseInt(hex, 16)
  return [value >> 16, (value >> 8) & 255, value & 255]
}

/** @param at 0–1 */
export function paletteAt(at: number): Palette {
  return PALETTES[Math.floor(at * PALETTES.length)] ?? PALETTES[0]!
}
