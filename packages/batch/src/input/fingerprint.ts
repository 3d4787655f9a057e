import { hash } from 'node:crypto'
import type { BatchItem } from './item.ts'

/** The SHA-256 of what an item asks for, with the fields of its settings in one order. */
export const fingerprintOf = ({ prompt, model, settings }: Pick<BatchItem, 'prompt' | 'model' | 'settings'>): string =>
  hash('sha256', JSON.stringify([prompt, model ?? null, inOneOrder(settings)]))

function inOneOrder(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inOneOrder)
  if (typeof value !== 'object' || value === null) return value
  // As pairs: the fields of an object that look like numbers keep an order of their own.
  return {
    fields: Object.entries(value)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, each]) => [key, inOneOrder(each)]),
  }
}
