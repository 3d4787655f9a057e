import type { CallContext } from './call-context.ts'

/** Who goes first where calls wait: first come, highest priority, or nearest deadline; first come among equals. */
export type QueueOrder = 'fifo' | 'priority' | 'deadline'

export const QUEUE_ORDERS: readonly QueueOrder[] = ['fifo', 'priority', 'deadline']

/** The lower, the earlier. */
export const rankOf = (order: QueueOrder, context: CallContext): number =>
  order === 'fifo' ? 0 : order === 'priority' ? -context.call.priority : context.deadline
