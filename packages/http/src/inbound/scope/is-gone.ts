import type { ServerResponse } from 'node:http'

/** Whether nobody is left to read the answer. The responses of HTTP/2 have no `destroyed` of their own. */
export const isGone = (response: ServerResponse): boolean => {
  const { stream } = response as { stream?: { destroyed?: boolean } }
  return response.destroyed || stream?.destroyed === true || response.socket?.destroyed === true
}
