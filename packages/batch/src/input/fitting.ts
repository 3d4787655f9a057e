import type { Place } from '../make/place/place.ts'
import type { BatchItem } from './item.ts'
import { Problems } from './problems.ts'

/**
 * The same items, where every place can make each of them as it is asked for.
 *
 * @param name what messages call the input
 * @throws BatchError that lists those that one of the places cannot make, when the input has ended
 */
export async function* fitting(
  items: AsyncIterable<BatchItem>,
  places: readonly Pick<Place, 'cannotMake'>[],
  name: string,
): AsyncGenerator<BatchItem, void, void> {
  const problems = new Problems(name)
  for await (const item of items) {
    const reason = places.map((place) => place.cannotMake?.(item)).find((each) => each !== undefined)
    if (reason !== undefined) problems.add(item.line, reason)
    if (problems.count === 0) yield item
  }
  problems.throw()
}
