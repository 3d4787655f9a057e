import { fingerprintOf, type BatchItem } from '@spillway/batch'

/** So many items, each with a prompt of its own. */
export const itemsOf = (count: number): readonly BatchItem[] =>
  Array.from({ length: count }, (_, n) => {
    const prompt = `a dam, number ${n}`
    return { id: `item-${n}`, line: n + 1, prompt, settings: {}, fingerprint: fingerprintOf({ prompt, settings: {} }) }
  })
