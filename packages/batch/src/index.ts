export type { BatchItem } from './input/item.ts'
export type { AttemptEnd, AttemptListener, Made, MadeImage, Make } from './make/make.ts'
export { PolicyFileError, readPolicy, readPolicyFile } from './make/policy-file.ts'
export type { PolicyOptions } from './make/policy-file.ts'
