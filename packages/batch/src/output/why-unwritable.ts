/** Why a file or folder cannot be written, in words. */
export const whyUnwritable = (error: unknown): string => {
  const { code = 'unknown error' } = error as NodeJS.ErrnoException
  return REASONS[code] ?? code
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
