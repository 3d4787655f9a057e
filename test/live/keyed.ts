import type { TestContext } from 'vitest'

/** The key of a real service. Where there is none in the environment, the test is skipped, with that for a reason. */
export const keyFor = ({ skip }: TestContext, variable: string): string => {
  const key = process.env[variable] ?? ''
  skip(key === '', `${variable} is not set`)
  return key
}

/** Pictures cost money: they are made where `SPILLWAY_LIVE_IMAGES` says so. */
export const skipUnlessWanted = ({ skip }: TestContext): void =>
  skip(process.env['SPILLWAY_LIVE_IMAGES'] !== '1', 'SPILLWAY_LIVE_IMAGES is not 1')
