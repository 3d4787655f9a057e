import type { BatchObservableCallback, Meter, Observable } from '@opentelemetry/api'
import { SeriesBook } from './series-book.ts'

/**
 * Tells what is read whenever somebody collects, by observables that are there.
 *
 * @param read enters what there is now
 * @returns how to stop: at the next collection everything that was told is told as 0, since an SDK would go on exporting what it
 *   heard last, and then nothing more is
 */
export const observeSeries = <M extends string>(
  meter: Meter,
  observables: ReadonlyMap<M, Observable>,
  read: (book: SeriesBook<M>) => void,
): (() => void) => {
  const book = new SeriesBook<M>()
  const all = [...observables.values()]
  let reading: typeof read | undefined = read
  const collect: BatchObservableCallback = (result) => {
    book.begin()
    reading?.(book)
    for (const { metric, attributes, value } of book.all()) {
      const observable = observables.get(metric)
      if (observable !== undefined) result.observe(observable, value, attributes)
    }
    // Not while the SDK goes through its callbacks.
    if (reading === undefined) queueMicrotask(() => meter.removeBatchObservableCallback(collect, all))
  }
  meter.addBatchObservableCallback(collect, all)
  return () => (reading = undefined)
}
