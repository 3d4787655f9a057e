import type { Random } from '../random.ts'
import { type Canvas, type Color, mix } from './canvas.ts'
import type { Palette } from './palettes.ts'

/** Fills the canvas with one kind of picture. All that varies comes from `random`. */
export type Composition = (canvas: Canvas, palette: Palette, random: Random) => void

const between = (random: Random, low: number, high: number): number => low + (high - low) * random.next()

const sky = (canvas: Canvas, top: Color, bottom: Color): void => {
  const rows = Array.from({ length: canvas.height }, (_, y) => mix(top, bottom, y / canvas.height))
  canvas.paint((_x, y) => rows[y]!)
}

const warmest = (tones: readonly Color[]): Color =>
  tones.reduce((warm, tone) => (tone[0] - tone[2] > warm[0] - warm[2] ? tone : warm))

/** A sun over ranges of hills, the near ones darker. */
const hills: Composition = (canvas, { ground, light, tones }, random) => {
  const { width, height } = canvas
  sky(canvas, mix(tones[0], light, 0.3), mix(light, tones[2], 0.25))
  const [sunX, sunY] = [between(random, 0.2, 0.8) * width, between(random, 0.18, 0.38) * height]
  const radius = between(random, 0.08, 0.15) * height
  for (const [grown, opacity] of [
    [2.6, 0.12],
    [1.8, 0.16],
    [1.3, 0.22],
  ] as const) {
    canvas.disc(sunX, sunY, radius * grown, light, opacity)
  }
  canvas.disc(sunX, sunY, radius, mix(light, warmest(tones), 0.4))
  const ranges = 5
  for (let range = 0; range < ranges; range++) {
    const depth = range / (ranges - 1)
    const base = height * (0.42 + 0.13 * range)
    const [wide, fine] = [between(random, 0.8, 1.7), between(random, 2.2, 4.5)]
    const [phase, shift] = [between(random, 0, 7), between(random, 0, 7)]
    const rise = height * between(random, 0.05, 0.09)
    canvas.below(
      (x) => {
        const turn = (x / width) * Math.PI * 2
        return base + rise * (Math.sin(turn * wide + phase) + 0.35 * Math.sin(turn * fine + shift))
      },
      depth < 0.5 ? mix(tones[0], tones[1], depth * 2) : mix(tones[1], ground, depth * 2 - 1),
    )
  }
}

/** Tiles of quarter and half discs. */
const tiles: Composition = (canvas, { ground, light, tones }, random) => {
  const { width, height } = canvas
  const size = Math.max(width, height) / 4
  const colors = [ground, light, ...tones]
  for (let top = 0; top < height; top += size) {
    for (let left = 0; left < width; left += size) {
      const pick = Math.floor(random.next() * colors.length)
      const back = colors[pick]!
      const front = colors[(pick + 1 + Math.floor(random.next() * (colors.length - 1))) % colors.length]!
      const accent = colors[(pick + 2) % colors.length]!
      canvas.rect(left, top, size, size, back)
      const box = { left, top, right: left + size, bottom: top + size }
      const [cornerX, cornerY] = [left + (random.next() < 0.5 ? 0 : size), top + (random.next() < 0.5 ? 0 : size)]
      const from = (x: number, y: number) => (px: number, py: number) => Math.sqrt((px - x) ** 2 + (py - y) ** 2)
      const kind = random.next()
      if (kind < 0.5) {
        const distance = from(cornerX, cornerY)
        canvas.shape(box, front, 1, (x, y) => size + 0.5 - distance(x, y))
        if (kind < 0.25) canvas.shape(box, accent, 1, (x, y) => size / 2 + 0.5 - distance(x, y))
      } else if (kind < 0.75) {
        const distance = from(left + size / 2, cornerY)
        canvas.shape(box, front, 1, (x, y) => size / 2 + 0.5 - distance(x, y))
      } else {
        canvas.disc(left + size / 2, top + size / 2, size * 0.36, front)
        canvas.disc(left + size / 2, top + size / 2, size * 0.15, accent)
      }
    }
  }
}

/** Planets on their rings. */
const orbits: Composition = (canvas, { ground, light, tones }, random) => {
  const { width, height } = canvas
  const unit = Math.min(width, height)
  sky(canvas, mix(ground, [8, 10, 24], 0.35), mix(ground, tones[1], 0.3))
  for (let star = 0; star < 40; star++) {
    canvas.disc(random.next() * width, random.next() * height, between(random, 0.3, 1.1), light, 0.7)
  }
  const [x, y] = [between(random, 0.35, 0.65) * width, between(random, 0.35, 0.55) * height]
  const sun = unit * between(random, 0.07, 0.11)
  canvas.disc(x, y, sun * 1.7, tones[2], 0.25)
  canvas.disc(x, y, sun, mix(tones[2], light, 0.35))
  for (let orbit = 0; orbit < 6; orbit++) {
    const radius = sun * 1.9 + orbit * unit * between(random, 0.085, 0.105)
    canvas.ring(x, y, radius, 1.1, light, 0.45)
    const angle = random.next() * Math.PI * 2
    const [planetX, planetY] = [x + radius * Math.cos(angle), y + radius * Math.sin(angle)]
    const size = unit * between(random, 0.018, 0.045)
    const color = mix([light, ...tones][orbit % 4]!, light, 0.15)
    canvas.disc(planetX, planetY, size, color)
    canvas.disc(planetX + size * 0.3, planetY + size * 0.3, size * 0.75, ground, 0.22)
    if (random.next() < 0.35) canvas.ring(planetX, planetY, size * 1.7, 1.2, light, 0.7)
  }
}

/** Leaves of colour around a centre, each letting the next shine through. */
const blossom: Composition = (canvas, { ground, light, tones }, random) => {
  const { width, height } = canvas
  const unit = Math.min(width, height)
  sky(canvas, light, mix(light, tones[0], 0.45))
  const petals = 5 + Math.floor(random.next() * 5)
  const [x, y, turn] = [width / 2, height * 0.44, random.next() * Math.PI]
  for (const [ring, [reach, size]] of [
    [0.27, 0.17],
    [0.17, 0.13],
    [0.08, 0.09],
  ].entries()) {
    for (let petal = 0; petal < petals; petal++) {
      const angle = turn + ((petal + ring / 2) / petals) * Math.PI * 2
      const color = mix(tones[(ring + 1) % 3]!, tones[(ring + 2) % 3]!, (petal % 3) / 3)
      canvas.disc(x + unit * reach! * Math.cos(angle), y + unit * reach! * Math.sin(angle), unit * size!, color, 0.5)
    }
  }
  canvas.disc(x, y, unit * 0.055, ground)
  canvas.disc(x, y, unit * 0.025, mix(light, tones[0], 0.3))
}

/** Rows of overlapping scales, as on a wave or a roof. */
const scales: Composition = (canvas, { ground, light, tones }, random) => {
  const { width, height } = canvas
  const radius = Math.max(width, height) / between(random, 5, 8)
  const gap = radius * 0.26
  const colors = [...tones, ground]
  canvas.rect(0, 0, width, height, light)
  for (let row = -1; row * radius * 0.5 < height + radius; row++) {
    const depth = Math.max(0, Math.min(1, (row * radius * 0.5) / height))
    for (let column = -1; column * radius * 2 < width + radius * 2; column++) {
      const x = column * radius * 2 + (row % 2 === 0 ? 0 : radius)
      const y = row * radius * 0.5 + radius
      const fill = mix(colors[Math.floor(random.next() * 4)]!, mix(tones[0], ground, depth), 0.55)
      // Only the upper half shows: the next rows cover the lower one.
      const box = { left: x - radius, top: y - radius, right: x + radius, bottom: y + radius * 0.05 }
      canvas.shape(box, fill, 1, (px, py) => radius + 0.5 - Math.sqrt((px - x) ** 2 + (py - y) ** 2))
      canvas.shape(box, light, 0.85, (px, py) => {
        const inner = Math.sqrt((px - x) ** 2 + (py - y) ** 2) + 1
        const toRing = radius - inner - Math.max(0, Math.min(3, Math.round((radius - inner) / gap))) * gap
        return 1.4 - Math.abs(toRing)
      })
    }
  }
}

/** Lines of equal height on a map of nowhere. */
const contours: Composition = (canvas, { ground, light, tones }, random) => {
  const { width, height } = canvas
  const steps = [light, mix(light, tones[0], 0.5), tones[0], mix(tones[0], tones[1], 0.5), tones[1], ground]
  const waves = Array.from({ length: 4 }, () => ({
    x: between(random, -1.6, 1.6),
    y: between(random, -1.6, 1.6),
    phase: between(random, 0, 7),
  }))
  const lines = mix(ground, tones[2], 0.5)
  const turn = (Math.PI * 2) / Math.max(width, height)
  canvas.paint((x, y) => {
    let sum = 0
    for (const wave of waves) sum += Math.sin((x * wave.x + y * wave.y) * turn + wave.phase)
    const level = ((sum + 4) / 8) * (steps.length * 2 - 0.01)
    const color = steps[Math.floor(level / 2)]!
    const off = Math.abs(level - Math.round(level))
    return off < 0.045 ? mix(lines, color, off / 0.045) : color
  })
  const [x, y] = [between(random, 0.25, 0.75) * width, between(random, 0.25, 0.6) * height]
  canvas.disc(x, y, 7, light)
  canvas.disc(x, y, 5, tones[2])
}

export const COMPOSITIONS: readonly Composition[] = [hills, tiles, orbits, blossom, scales, contours]
