import { z } from 'zod'

/** The least that a service can be asked. */
export const ECHO = 'echo'
export const echoOperations = {
  echo: { request: z.object({ text: z.string() }), reply: z.object({ text: z.string() }) },
} as const
