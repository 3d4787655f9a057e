/** Red, green, blue, each 0–255. */
export type Color = readonly [number, number, number]

/** A picture under way. Shapes have smooth edges, and lie over what is there with an opacity of 0–1. */
export interface Canvas {
  readonly width: number
  readonly height: number
  readonly rgb: Uint8Array
  /** Colours every pixel by its place. */
  paint(colorAt: (x: number, y: number) => Color): void
  /** Blends `color` into every pixel of a box by the coverage (0–1, cut) that `coverage` gives for its centre. */
  shape(box: Box, color: Color, opacity: number, coverage: (x: number, y: number) => number): void
  disc(x: number, y: number, radius: number, color: Color, opacity?: number): void
  ring(x: number, y: number, radius: number, thickness: number, color: Color, opacity?: number): void
  rect(x: number, y: number, width: number, height: number, color: Color, opacity?: number): void
  /** Everything under a curve. */
  below(curve: (x: number) => number, color: Color, opacity?: number): void
}

interface Box {
  readonly left: number
  readonly top: number
  readonly right: number
  readonly bottom: number
}

export const mix = (a: Color, b: Color, share: number): Color => [
  a[0] + (b[0] - a[0]) * share,
  a[1] + (b[1] - a[1]) * share,
  a[2] + (b[2] - a[2]) * share,
]

export function createCanvas(width: number, height: number): Canvas {
  const rgb = new Uint8Array(width * height * 3)

  const shape: Canvas['shape'] = (box, [red, green, blue], opacity, coverage) => {
    const left = Math.max(0, Math.floor(box.left))
    const right = Math.min(width, Math.ceil(box.right))
    const bottom = Math.min(height, Math.ceil(box.bottom))
    for (let y = Math.max(0, Math.floor(box.top)); y < bottom; y++) {
      let at = (y * width + left) * 3
      for (let x = left; x < right; x++, at += 3) {
        const covered = coverage(x + 0.5, y + 0.5)
        if (covered <= 0) continue
        const share = opacity * Math.min(1, covered)
        rgb[at] = rgb[at]! + (red - rgb[at]!) * share + 0.5
        rgb[at + 1] = rgb[at + 1]! + (green - rgb[at + 1]!) * share + 0.5
        rgb[at + 2] = rgb[at + 2]! + (blue - rgb[at + 2]!) * share + 0.5
      }
    }
  }

  const around = (x: number, y: number, radius: number): Box => ({
    left: x - radius - 1,
    top: y - radius - 1,
    right: x + radius + 1,
    bottom: y + radius + 1,
  })

  return {
    width,
    height,
    rgb,
    paint(colorAt) {
      for (let y = 0, at = 0; y < height; y++) {
        for (let x = 0; x < width; x++, at += 3) {
          const [red, green, blue] = colorAt(x, y)
          rgb[at] = red
          rgb[at + 1] = green
          rgb[at + 2] = blue
        }
      }
    },
    shape,
    disc(x, y, radius, color, opacity = 1) {
      shape(around(x, y, radius), color, opacity, (px, py) => radius + 0.5 - Math.sqrt((px - x) ** 2 + (py - y) ** 2))
    },
    ring(x, y, radius, thickness, color, opacity = 1) {
      const half = thickness / 2
      shape(
        around(x, y, radius + half),
        color,
        opacity,
        (px, py) => half + 0.5 - Math.abs(Math.sqrt((px - x) ** 2 + (py - y) ** 2) - radius),
      )
    },
    rect(x, y, w, h, color, opacity = 1) {
      shape({ left: x, top: y, right: x + w, bottom: y + h }, color, opacity, () => 1)
    },
    below(curve, color, opacity = 1) {
      const heights = Float64Array.from({ length: width }, (_, x) => curve(x))
      const highest = heights.reduce((least, y) => Math.min(least, y), height)
      const box = { left: 0, top: highest - 1, right: width, bottom: height }
      shape(box, color, opacity, (x, y) => y - heights[Math.floor(x)]! + 0.5)
    },
  }
}
