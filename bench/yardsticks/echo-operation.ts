import { z } from 'zod'

/** The least that a service can be asked. */
export const ECHO = 'echo'
export const echoOperations = {
  echo: { request: z.object({ text: z.string() }), reply: z.object({ text: z.string() }) },
} as const

/** Streams of the bare echo. */
export const bareRequests = (prefix: string) => `${prefix}-echo-requests`
export const bareReplies = (prefix: string) => `${prefix}-echo-replies`
