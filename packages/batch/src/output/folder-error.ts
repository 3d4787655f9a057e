import { resolve, sep } from 'node:path'
import { BatchError } from '../batch-error.ts'
import { knownReason, whyUnwritable } from './why-unwritable.ts'

/** That pictures cannot be written to a folder, and why. */
export const folderError = (folder: string, cause: unknown): BatchError =>
  new BatchError(
    'ERR_SPILLWAY_BATCH_FOLDER',
    `Cannot write pictures to ${folder}: ${whyUnwritable(cause)}. Choose another folder.`,
    { cause },
  )

/** The same of an error about a file in the folder; any other as it is. */
export const orFolderError = (folder: string, error: unknown): unknown => {
  const { path, errcode } = error as { readonly path?: unknown; readonly errcode?: number }
  const within = typeof path === 'string' && `${resolve(path)}${sep}`.startsWith(`${resolve(folder)}${sep}`)
  return (within || errcode !== undefined) && knownReason(error) !== undefined ? folderError(folder, error) : error
}
