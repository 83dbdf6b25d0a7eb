import { AppError } from '@fillstream/core'
import { type FieldError } from '@fillstream/types'
import { type z } from 'zod'

const MAX_ERRORS = 50
const MAX_NAME = 100

/** What `value` means by `schema`. Throws VALIDATION_FAILED with every field that is wrong. */
export function parseWith<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  what: string,
): z.output<Schema> {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  throw new AppError('VALIDATION_FAILED', `the ${what} is not valid`, {
    errors: parsed.error.issues.flatMap(fieldErrors).slice(0, MAX_ERRORS).filter(isFirst),
  })
}

/** Two rules that say the same of a field are one error. */
function isFirst({ path, message }: FieldError, at: number, all: readonly FieldError[]): boolean {
  return all.findIndex((error) => error.path === path && error.message === message) === at
}

/** VALIDATION_FAILED for one field. */
export function invalidField(path: string, code: string, message: string): AppError {
  return new AppError('VALIDATION_FAILED', message, { errors: [{ path, code, message }] })
}

/** An issue as the contract shows it: a dotted path, and a field that is unknown named by its own path. */
function fieldErrors(issue: z.core.$ZodIssue): FieldError[] {
  const path = issue.path.map(String)
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      path: dotted([...path, key]),
      code: issue.code,
      message: 'is not a field of this request',
    }))
  }
  return [{ path: dotted(path), code: issue.code, message: issue.message }]
}

function dotted(path: readonly string[]): string {
  return path.map((name) => name.slice(0, MAX_NAME)).join('.')
}
