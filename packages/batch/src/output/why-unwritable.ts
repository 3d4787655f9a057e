/** Why a file or folder cannot be written, in words. */
export const whyUnwritable = (error: unknown): string => {
  const { code = 'unknown error' } = error as NodeJS.ErrnoException
  return knownReason(error) ?? code
}

/** The same, `undefined` for an error that is about something else. */
export const knownReason = (error: unknown): string | undefined => {
  const { code = '', errcode } = error as { readonly code?: string; readonly errcode?: number }
  return errcode === undefined ? REASONS[code] : OF_THE_JOURNAL[errcode & 0xff]
}

const REASONS: Readonly<Record<string, string>> = {
  EACCES: 'it is not yours to write',
  EPERM: 'it is not yours to write',
  EROFS: 'the file system is read-only',
  EEXIST: 'there is a file of that name',
  ENOENT: 'the system does not allow it',
  ENOTDIR: 'a part of the path is a file',
  ENOSPC: 'the disk is full',
  EDQUOT: 'your share of the disk is used up',
}

/** What SQLite says (https://sqlite.org/rescode.html): READONLY, IOERR, FULL, CANTOPEN. */
const OF_THE_JOURNAL: Readonly<Record<number, string>> = {
  8: 'its journal is not yours to write',
  10: 'the disk does not take its journal',
  13: 'the disk is full',
  14: 'its journal is not yours to open',
}
