// For the Prisma CLI alone, run in this folder: `npx prisma migrate deploy`, `migrate dev`, `migrate status`, `studio`.
import { defineConfig } from 'prisma/config'

export default defineConfig({
  schema: 'schema.prisma',
  migrations: { path: 'migrations' },
  datasource: { url: process.env.DATABASE_URL ?? '' },
})
