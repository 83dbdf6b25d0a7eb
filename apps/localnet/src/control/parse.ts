import { type z } from 'zod'
import { invalid } from './errors'

/** A body by its schema; throws VALIDATION_FAILED with the path of what is wrong. */
export function parse<Schema extends z.ZodType>(schema: Schema, body: unknown): z.infer<Schema> {
  const parsed = schema.safeParse(body)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw invalid(`${issue?.path.join('.') || 'body'}: ${issue?.message ?? 'not what was expected'}`)
}
