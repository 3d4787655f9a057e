import type { CommandIo } from './command.ts'

/** The command line, to be typed again: through npx where npx has started it, as there may be no other way to the program. */
export const asTyped = ({ env, args }: Pick<CommandIo, 'env' | 'args'>): readonly string[] => [
  ...(env['npm_command'] === 'exec' ? ['npx'] : []),
  'spillway',
  ...args,
]
