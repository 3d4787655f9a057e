/** The package's own; `pnpm release:version` writes it. */
export const VERSION = '0.0.0'
