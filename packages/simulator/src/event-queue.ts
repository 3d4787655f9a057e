/** Something that happens at an instant of model time. */
export interface ModelEvent {
  readonly at: number
  readonly run: (at: number) => void
}

/** Events by time; those of one instant in the order they were added. A binary heap. */
export interface EventQueue {
  add(at: number, run: (at: number) => void): ModelEvent
  /** When the first one is due. */
  nextAt(): number | undefined
  take(): ModelEvent | undefined
  clear(): void
}

interface Entry extends ModelEvent {
  readonly sequence: number
}

const before = (a: Entry, b: Entry): boolean => a.at < b.at || (a.at === b.at && a.sequence < b.sequence)

export function createEventQueue(): EventQueue {
  const heap: Entry[] = []
  let sequence = 0

  const swap = (i: number, j: number): void => {
    const held = heap[i]!
    heap[i] = heap[j]!
    heap[j] = held
  }

  const sink = (from: number): void => {
    for (let parent = from; ;) {
      const left = 2 * parent + 1
      let first = parent
      if (left < heap.length && before(heap[left]!, heap[first]!)) first = left
      if (left + 1 < heap.length && before(heap[left + 1]!, heap[first]!)) first = left + 1
      if (first === parent) return
      swap(first, parent)
      parent = first
    }
  }

  return {
    add(at, run) {
      const entry: Entry = { at, run, sequence: sequence++ }
      let child = heap.push(entry) - 1
      while (child > 0) {
        const parent = (child - 1) >> 1
        if (!before(heap[child]!, heap[parent]!)) break
        swap(child, parent)
        child = parent
      }
      return entry
    },
    nextAt: () => heap[0]?.at,
    take() {
      const first = heap[0]
      const last = heap.pop()
      if (first !== undefined && last !== undefined && heap.length > 0) {
        heap[0] = last
        sink(0)
      }
      return first
    },
    clear() {
      heap.length = 0
    },
  }
}
