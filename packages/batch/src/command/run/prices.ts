import { openAccount, type Prices } from '@spillway/core'
import { ANY_MODEL } from '../../make/cost.ts'
import { readJsonFile } from '../json-file.ts'
import { UsageError } from '../usage-error.ts'

/** What the command line says of prices. */
export interface PriceOptions {
  readonly pricePerImage?: number
  readonly prices?: string
  readonly maxCost?: number
}

/** The same rules as those of the library, in the words of the file. */
const checked = (json: unknown): Prices => {
  try {
    openAccount({ prices: json as Prices })
  } catch (cause) {
    throw new UsageError((cause as Error).message.replace(/^openAccount\.prices/, 'prices'), { cause })
  }
  return json as Prices
}

/**
 * The prices of a run: of a file with a price for each model, as `openAccount` takes them, or one for every image.
 *
 * @param models that places are asked for; none where others decide, and each may be meant
 * @returns `undefined` where nobody has said a price
 * @throws UsageError where there is a limit on the cost and no price, or two
 */
export async function pricesFor(options: PriceOptions, models: readonly string[]): Promise<Prices | undefined> {
  const { pricePerImage, prices: file, maxCost } = options
  if (pricePerImage !== undefined && file !== undefined)
    throw new UsageError('--price-per-image and --prices both say what a picture costs: give one of them.')
  if (pricePerImage !== undefined)
    return Object.fromEntries(
      (models.length > 0 ? models : [ANY_MODEL]).map((model) => [model, { perImage: pricePerImage }]),
    )
  if (file !== undefined) {
    const prices = await readJsonFile(file, checked)
    const unpriced = models.filter((model) => ![model, ANY_MODEL].some((name) => Object.hasOwn(prices, name)))
    if (maxCost !== undefined && unpriced.length > 0)
      throw new UsageError(`--max-cost needs a price for each model, and ${file} has none for ${unpriced.join(', ')}.`)
    return prices
  }
  if (maxCost === undefined) return undefined
  throw new UsageError('--max-cost needs to know what a picture costs: give --price-per-image or --prices.')
}
