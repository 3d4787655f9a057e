/** What a shared feature does while Redis cannot be asked: go on by itself, or refuse. */
export type WhenDown = 'local' | 'refuse'
