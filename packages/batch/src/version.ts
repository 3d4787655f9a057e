/** Of this package. Written by `scripts/write-versions.ts` when versions change. */
export const VERSION = '0.0.0'
