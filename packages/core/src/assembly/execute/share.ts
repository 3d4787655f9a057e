/**
 * How long a target may try, in milliseconds: an equal part of the time that is left for it and those after it. What one does
 * not use is there for the next, and the last may use all of it.
 *
 * Of the divisions that were measured, the one with which no call was lost whatever failed, and the quickest of those:
 * docs/decisions/0029-one-call-across-providers.md.
 */
export const shareMs = (remainingMs: number, targetsAfter: number): number => remainingMs / (targetsAfter + 1)
