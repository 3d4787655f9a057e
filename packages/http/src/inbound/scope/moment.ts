let last = 0

/** The number of something that happens now: what happened before has a lower one. */
export const nextMoment = (): number => ++last
