/** For `catch`, where an error is what a test looks at. */
export const caught = (error: unknown): unknown => error

/** How a call ended: the value it gave, or the error it failed with. */
export const ended = (answer: Promise<unknown>): Promise<unknown> => answer.catch(caught)
