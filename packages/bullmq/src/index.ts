/** The queue that a batch uses unless it is told another. */
export const DEFAULT_QUEUE_NAME = 'spillway'
