export type { BatchItem } from './input/item.ts'
export type { AttemptEnd, AttemptListener, Made, MadeImage, Make } from './make/make.ts'
